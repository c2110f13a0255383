import 'reflect-metadata';
import type { z } from 'zod';

/** The schemas that a handler's parameters name; undefined where it does not read that part. */
export interface RouteArguments {
  readonly body: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  /** By path parameter. */
  readonly params: ReadonlyMap<string, z.ZodType | undefined>;
}

interface StoredArgument {
  readonly data?: unknown;
  readonly schema?: z.ZodType;
}

const METADATA = '__routeArguments__'; // Nest's ROUTE_ARGS_METADATA; a test notices when it changes.
const BODY = '3';
const QUERY = '4';
const PARAM = '5';

/** Reads what Nest's `@Body`, `@Query` and `@Param` recorded about a handler. */
export function routeArgumentsOf(controller: object, handler: string): RouteArguments {
  const stored = (Reflect.getMetadata(METADATA, controller, handler) ?? {}) as Record<string, StoredArgument>;
  const found = { body: undefined, query: undefined } as { body: z.ZodType | undefined; query: z.ZodType | undefined };
  const params = new Map<string, z.ZodType | undefined>();
  for (const [key, argument] of Object.entries(stored)) {
    const kind = key.split(':')[0];
    if (kind === BODY) found.body = argument.schema;
    if (kind === QUERY) found.query = argument.schema;
    if (kind === PARAM && typeof argument.data === 'string') params.set(argument.data, argument.schema);
  }
  return { ...found, params };
}
