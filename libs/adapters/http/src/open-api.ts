import type { Type } from '@nestjs/common';
import { Problem, type ProblemCatalog } from '@caisson/contracts';
import { invariant } from '@caisson/kernel';
import { z } from 'zod';
import { isCommand, isPaged, routesOf, type DescribedRoute } from './described-route.js';
import { MIN_VERSION, MIN_VERSION_SCHEMA } from './min-version.js';
import { OpenApiRefusals } from './open-api-refusals.js';
import { OpenApiSchemas, type JsonSchema } from './open-api-schemas.js';
import type { RequestHeader } from './operation.js';
import { RECORDED_HEADERS, saysRecorded } from './recorded.interceptor.js';
import type { RouteArguments } from './route-arguments.js';

/** An OpenAPI 3.1 document. */
export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** What to describe. */
export interface OpenApiSource {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  readonly controllers: readonly Type[];
  /**
   * Where schemas get their names from, such as the whole of a package of contracts; what is no schema, or is not
   * used, does not matter. Schemas without a name are named after their operation.
   */
  readonly names: Readonly<Record<string, unknown>>;
  /** Every code that the operations name. */
  readonly problems: ProblemCatalog;
  /** By name: what a group of operations is about. */
  readonly tags?: Readonly<Record<string, string>>;
}

const IDEMPOTENCY_KEY: RequestHeader = {
  required: false,
  description:
    'Names the request: with the same key it gets the same answer, for a day. A UUID of version 7 is a good one.',
};
const ACCEPTED = 202;
const IF_MATCH = 'The ETag of the thing as it was read.';

/** Writes the document of some controllers from their routes, their schemas and their `Operation`s. */
export function openApiOf(source: OpenApiSource): OpenApiDocument {
  const routes = source.controllers.flatMap((controller) => routesOf(controller));
  const schemas = new OpenApiSchemas({ ...schemasIn(source.names), Problem });
  const refusals = new OpenApiRefusals(source.problems, schemas);
  const paths: Record<string, Record<string, unknown>> = {};
  const ids = new Set<string>();
  for (const route of routes) {
    invariant(!ids.has(route.id), `two operations are called ${route.id}`);
    ids.add(route.id);
    const path = route.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    const success = { [route.status]: successOf(route, schemas), ...notModifiedOf(route) };
    const responses = { ...success, ...refusals.of(route) };
    paths[path] = { ...paths[path], [route.method]: { ...describe(route, schemas), responses } };
  }
  return {
    openapi: '3.1.1',
    info: { title: source.title, version: source.version, description: source.description },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => describedTag(name, source.tags?.[name])),
    paths,
    components: {
      responses: refusals.components(),
      schemas: schemas.components(),
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function schemasIn(names: Readonly<Record<string, unknown>>): Record<string, z.ZodType> {
  const entries = Object.entries(names);
  return Object.fromEntries(entries.filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType));
}

function describedTag(name: string, description: string | undefined): JsonSchema {
  return { name, ...(description === undefined ? {} : { description }) };
}

function describe(route: DescribedRoute, schemas: OpenApiSchemas): Record<string, unknown> {
  const { operation, read } = route;
  const parameters = [
    ...pathParameters(read),
    ...queryParameters(read),
    ...minVersionOf(route),
    ...headerParameters(route),
  ];
  return {
    operationId: route.id,
    summary: operation.summary,
    tags: [route.tag],
    security: operation.access === 'public' ? [] : [{ accessToken: [] }],
    ...(operation.access.includes(':') ? { 'x-permission': operation.access } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(read.body === undefined ? {} : { requestBody: requestBody(read.body, route, schemas) }),
  };
}

function requestBody(schema: z.ZodType, { id, operation }: DescribedRoute, schemas: OpenApiSchemas): JsonSchema {
  const { example } = operation;
  return {
    required: !schema.safeParse(undefined).success,
    content: {
      'application/json': {
        schema: schemas.input(schema, `${id}Request`),
        ...(example === undefined ? {} : { example }),
      },
    },
  };
}

function successOf(route: DescribedRoute, schemas: OpenApiSchemas): JsonSchema {
  const { answer, answerHeaders, answerMediaType = 'application/json', summary } = route.operation;
  const always = {
    ...(saysRecorded(route.method, route.operation) ? RECORDED_HEADERS : {}),
    ...(route.status === ACCEPTED ? { 'Retry-After': 'Seconds after which to look what became of it.' } : {}),
  };
  const named = {
    ...(isTagged(route) ? { ETag: 'Names this state of the answer, for If-None-Match.' } : {}),
    ...(isPaged(route.operation) ? { Link: 'The next page, when there is one (RFC 8288).' } : {}),
    ...(isCommand(route) ? { 'Idempotent-Replayed': 'true when the answer was given before.' } : {}),
    ...answerHeaders,
  };
  const headers = [...headersOf(named, {}), ...headersOf(always, { required: true })];
  return {
    description: summary,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(answer === undefined
      ? {}
      : { content: { [answerMediaType]: { schema: schemas.output(answer, `${route.id}Answer`) } } }),
  };
}

function headersOf(
  named: Readonly<Record<string, string>>,
  more: JsonSchema,
): readonly (readonly [string, JsonSchema])[] {
  return Object.entries(named).map(([name, description]) => [
    name,
    { description, ...more, schema: { type: 'string' } },
  ]);
}

function isTagged({ method, operation }: DescribedRoute): boolean {
  return method === 'get' && operation.answerMediaType === undefined;
}

function notModifiedOf(route: DescribedRoute): Record<string, unknown> {
  return isTagged(route) ? { 304: { description: 'It is as the caller has it already.' } } : {};
}

function pathParameters(read: RouteArguments): readonly JsonSchema[] {
  return [...read.params].map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema: schema === undefined ? { type: 'string' } : plain(schema),
  }));
}

function queryParameters(read: RouteArguments): readonly JsonSchema[] {
  if (read.query === undefined) return [];
  const { properties = {}, required = [] } = plain(read.query) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function minVersionOf({ operation }: DescribedRoute): readonly JsonSchema[] {
  if (operation.readsStream === undefined) return [];
  const description = 'A version that a command answered: the answer is not older. Waits for it, within a limit.';
  return [{ name: MIN_VERSION, in: 'query', required: false, description, schema: MIN_VERSION_SCHEMA }];
}

function headerParameters(route: DescribedRoute): readonly JsonSchema[] {
  const { ifMatch, requestHeaders } = route.operation;
  const headers: Record<string, RequestHeader> = {
    ...(isCommand(route) ? { 'Idempotency-Key': IDEMPOTENCY_KEY } : {}),
    ...(ifMatch === undefined ? {} : { 'If-Match': { required: ifMatch === 'required', description: IF_MATCH } }),
    ...requestHeaders,
  };
  return Object.entries(headers).map(([name, { required, description }]) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  }));
}

function plain(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return rest;
}
