import { findReferences, type Diagnostic } from '@caisson/contracts';
import type { EngineCapabilities, ResourceInput } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import { z } from 'zod';

/** What can be waited for. */
export type WaitType = 'callback' | 'timer' | 'poll' | 'check';

const SECONDS_MAX = 90 * 86_400;

const seconds = z.int().min(1).max(SECONDS_MAX);

/** The same for all: another text makes an applied wait wait again. */
const everywhere = { occasion: z.string().max(200).optional() };

const PROPERTIES = {
  callback: z.strictObject({ ...everywhere, timeoutSeconds: seconds.default(86_400) }),
  timer: z
    .strictObject({ ...everywhere, forSeconds: seconds.optional(), until: z.iso.datetime({ offset: true }).optional() })
    .refine(({ forSeconds, until }) => (forSeconds === undefined) !== (until === undefined), {
      message: 'needs either forSeconds or until',
    }),
  poll: z.strictObject({
    ...everywhere,
    url: z.string().min(1).max(2048),
    expectStatus: z.int().min(100).max(599).default(200),
    everySeconds: z.int().min(1).max(86_400).default(30),
    timeoutSeconds: seconds.default(3_600),
  }),
  /** What a check of this kind says is judged when it is tried: its references are resolved only then. */
  check: z.strictObject({
    ...everywhere,
    check: z.looseObject({ kind: z.enum(['http', 'tcp', 'command', 'output']) }),
    everySeconds: z.int().min(1).max(86_400).default(30),
    timeoutSeconds: seconds.default(3_600),
  }),
} as const satisfies Record<WaitType, z.ZodType>;

/** The properties of a wait, checked. */
export type WaitProperties<Type extends WaitType> = z.infer<(typeof PROPERTIES)[Type]>;

/** What the engine can do. */
export const CAPABILITIES: EngineCapabilities = {
  types: Object.keys(PROPERTIES),
  dryRun: false,
  resourcesPerUnitMax: 1,
  alone: [],
  version: '1.1.0',
};

/** What is wrong with a wait. Values that are not known yet are not judged. */
export function findingsOf(
  { address, properties, type }: ResourceInput,
  unknowns: readonly string[] = [],
): Diagnostic[] {
  if (!isWaitType(type)) {
    const detail = `What can be waited for: ${Object.keys(PROPERTIES).join(', ')}.`;
    return [{ severity: 'error', summary: `There is no wait of the type "${type}".`, detail, address }];
  }
  const parsed = PROPERTIES[type].safeParse(properties);
  if (parsed.success) return [];
  return parsed.error.issues
    .map(({ message, path }) => ({ message, path: path.map(String).join('.') }))
    .filter(({ path }) => !unknowns.includes(path) && !isReference(properties, path))
    .map(({ message, path }) => ({
      severity: 'error',
      summary: `A property of the ${type} wait "${address}" is not acceptable.`,
      detail: `${path === '' ? 'The properties' : path}: ${message}. Correct it in the desired state.`,
      address: path,
    }));
}

/** The properties with their defaults. @throws ZodError for a wait that `findingsOf` finds something wrong with. */
export function propertiesOf<Type extends WaitType>(type: Type, resource: ResourceInput): WaitProperties<Type> {
  return PROPERTIES[type].parse(resource.properties) as WaitProperties<Type>;
}

/** Whether a type is one of ours. */
export function isWaitType(type: string): type is WaitType {
  return Object.hasOwn(PROPERTIES, type);
}

function isReference(properties: JsonObject, path: string): boolean {
  const value = properties[path];
  return typeof value === 'string' && findReferences(value).references.length > 0;
}
