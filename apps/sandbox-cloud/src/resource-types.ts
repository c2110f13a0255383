import { z } from 'zod';
import { parseCidr } from './cidr.js';

/** Sizes of servers. Keep in step with the sandbox engine. */
export const FLAVORS = ['m1.small', 'm1.medium', 'm1.large'] as const;

/** Disk images of servers. Keep in step with the sandbox engine. */
export const IMAGES = ['ubuntu-24.04', 'ubuntu-22.04', 'debian-12'] as const;

/** What the cloud can make. */
export const RESOURCE_TYPES = ['network', 'server', 'volume', 'record'] as const;

/** One of the types of the cloud. */
export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** States that a resource can be put in. A server answers its health check only while `active`. */
export const STATUSES = ['active', 'stopped'] as const;

/** States that a resource can be in: one that is `building` was not finished yet. */
export type Status = (typeof STATUSES)[number] | 'building';

const Name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a DNS label: 1 to 63 of a-z, 0-9 and inner hyphens');
const ShortMap = z
  .record(
    z.string().regex(/^[A-Za-z0-9._:/-]{1,128}$/, 'must be 1 to 128 of A-Z, a-z, 0-9 and . _ : / -'),
    z.string().max(256),
  )
  .refine((map) => Object.keys(map).length <= 64, 'must have at most 64 entries');
const Cidr = z
  .string()
  .max(18)
  .refine((text) => parseCidr(text) !== undefined, 'must be an IPv4 network such as 10.20.0.0/16, prefix 8 to 30');
const Flavor = z.enum(FLAVORS);
const Image = z.enum(IMAGES);
const SizeGb = z.int().min(1).max(16_384);
const Data = z.record(z.string().max(256), z.json());

const made = { name: Name, tags: ShortMap.default({}), labels: ShortMap.default({}) };
const changed = { name: Name.optional(), tags: ShortMap.optional(), status: z.enum(STATUSES).optional() };

/** What a POST takes, by type. Everything but name, tags and labels are the type's own properties. */
export const CREATE_BODIES = {
  network: z.strictObject({ ...made, cidr: Cidr }),
  server: z.strictObject({ ...made, network: z.string().max(64), flavor: Flavor, image: Image }),
  volume: z.strictObject({ ...made, sizeGb: SizeGb }),
  record: z.strictObject({ ...made, data: Data.default({}) }),
} as const;

/** What a PATCH takes, by type: what can be changed in place. Tags and data are replaced whole. */
export const UPDATE_BODIES = {
  network: z.strictObject({ ...changed, cidr: Cidr.optional() }),
  server: z.strictObject({ ...changed, flavor: Flavor.optional(), image: Image.optional() }),
  volume: z.strictObject({ ...changed, sizeGb: SizeGb.optional() }),
  record: z.strictObject({ ...changed, data: Data.optional() }),
} as const;

/** How ids of a type begin. */
export const ID_PREFIXES: Readonly<Record<ResourceType, string>> = {
  network: 'net',
  server: 'srv',
  volume: 'vol',
  record: 'rec',
};
