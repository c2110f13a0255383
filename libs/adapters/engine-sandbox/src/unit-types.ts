import { findReferences, type Diagnostic } from '@caisson/contracts';
import { attributeAt, type EngineCapabilities, type ResourceInput } from '@caisson/engine';
import type { Json, JsonObject } from '@caisson/kernel';
import { z } from 'zod';

const TYPES = ['network', 'server', 'volume', 'record'] as const;

/** The types of the sandbox cloud. */
export type SandboxType = (typeof TYPES)[number];

/** What the engine can do. The version is that of the cloud's API. */
export const CAPABILITIES: EngineCapabilities = {
  types: TYPES,
  dryRun: false,
  resourcesPerUnitMax: 1,
  alone: [],
  version: '1.0.0',
};

const Name = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label');
const Tags = z.record(z.string().regex(/^[A-Za-z0-9._:/-]{1,128}$/), z.string().max(256));
const everywhere = { name: Name.optional(), tags: Tags.default({}) };

// Tells what is wrong before anything is done. The cloud judges again: keep in step with its request bodies.
const PROPERTIES = {
  network: z.strictObject({
    ...everywhere,
    cidr: z
      .cidrv4('must be an IPv4 network such as 10.20.0.0/16')
      .refine(isWideEnough, 'must have a prefix of 8 to 30'),
  }),
  server: z.strictObject({
    ...everywhere,
    network: z.string().min(1).max(64),
    flavor: z.enum(['m1.small', 'm1.medium', 'm1.large']),
    image: z.enum(['ubuntu-24.04', 'ubuntu-22.04', 'debian-12']),
  }),
  volume: z.strictObject({ ...everywhere, sizeGb: z.int().min(1).max(16_384) }),
  record: z.strictObject({ ...everywhere, data: z.record(z.string().max(256), z.json()).default({}) }),
} as const satisfies Record<SandboxType, z.ZodType>;

/** The properties of a type besides name and tags. */
export const OWN_PROPERTIES: Readonly<Record<SandboxType, readonly string[]>> = {
  network: ['cidr'],
  server: ['network', 'flavor', 'image'],
  volume: ['sizeGb'],
  record: ['data'],
};

/** Whether a type is one of the cloud's. */
export function isSandboxType(type: string): type is SandboxType {
  return TYPES.some((known) => known === type);
}

/** What is wrong with a resource. Values still unknown, as named or as placeholders, are not judged. */
export function findingsOf(resource: ResourceInput, unknowns: readonly string[] = []): readonly Diagnostic[] {
  if (!isSandboxType(resource.type)) {
    const detail = `The sandbox cloud makes ${TYPES.join(', ')}. Use one of these types.`;
    return [
      {
        severity: 'error',
        summary: `There is no resource type "${resource.type}".`,
        detail,
        address: resource.address,
      },
    ];
  }
  const parsed = PROPERTIES[resource.type].safeParse(resource.properties);
  if (parsed.success) return [];
  return parsed.error.issues
    .map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }))
    .filter(({ path }) => !isOpen(resource.properties, path, unknowns))
    .map(({ path, message }) => ({
      severity: 'error',
      summary: `A property of ${resource.type} "${resource.address}" is not acceptable.`,
      detail: `${path || 'The properties'}: ${message}. Correct it in the desired state.`,
      address: path,
    }));
}

/** A resource as it should be in the world: defaults filled in, same members as what is observed, without the id. */
export function desiredOf(resource: ResourceInput): JsonObject {
  const { name, tags, ...own } = resource.properties;
  return {
    name: name ?? nameOf(resource.address),
    status: 'active',
    ...(resource.type === 'record' ? { data: {} } : {}),
    ...own,
    tags: { ...resource.tags, ...(tags as JsonObject | undefined) },
  };
}

/** A DNS label from an address: `web[1]` becomes `web-1`; a long name is cut so that the copy's number stays. */
function nameOf(address: string): string {
  const match = /^(.*?)(?:\[(\d+)\])?$/.exec(address);
  const suffix = match?.[2] === undefined ? '' : `-${match[2]}`;
  return `${(match?.[1] ?? address).slice(0, 63 - suffix.length)}${suffix}`;
}

function isOpen(properties: JsonObject, path: string, unknowns: readonly string[]): boolean {
  if (path === '') return false;
  if (unknowns.some((unknown) => unknown === path || unknown.startsWith(`${path}.`))) return true;
  const value: Json | undefined = attributeAt(properties, path);
  return value !== undefined && findReferences(value).references.length > 0;
}

function isWideEnough(cidr: string): boolean {
  const prefix = Number(cidr.split('/')[1]);
  return prefix >= 8 && prefix <= 30;
}
