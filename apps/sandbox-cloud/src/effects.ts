import { randomBytes } from 'node:crypto';
import { jsonEquals, sha256, type Json, type JsonObject } from '@caisson/kernel';
import type pg from 'pg';
import { freeHost, holdsHost, parseCidr } from './cidr.js';
import { transact } from './database.js';
import { admit } from './fence.js';
import { note } from './ledger.js';
import type { Problem } from './problem.js';
import {
  deleteResource,
  insertResource,
  readByActionKey,
  readResource,
  takenHosts,
  updateResource,
} from './resource-rows.js';
import { ID_PREFIXES, type ResourceType } from './resource-types.js';
import type { Resource } from './resource.js';
import type { EffectMode, WriteContext } from './write-context.js';

/** What came of a write. */
export type Written =
  | {
      readonly outcome: 'done';
      readonly resource: Resource;
      /** Nothing changed: it was so already. */ readonly repeated: boolean;
    }
  | { readonly outcome: 'refused'; readonly problem: Problem };

/** Who writes, and whether it counts. */
export interface Write {
  readonly context: WriteContext;
  readonly mode: EffectMode;
}

/** What a resource is made from. */
export interface NewResource {
  readonly type: ResourceType;
  readonly name: string;
  readonly tags: JsonObject;
  readonly labels: JsonObject;
  readonly properties: JsonObject;
}

/** What is changed of a resource; absent members stay. */
export interface ResourceChange {
  readonly name?: string | undefined;
  readonly status?: Resource['status'] | undefined;
  readonly tags?: JsonObject | undefined;
  readonly properties: JsonObject;
}

/** Makes a resource. The same action key again gives the resource that it made, and has no effect. */
export function createResource(pool: pg.Pool, wanted: NewResource, { context, mode }: Write): Promise<Written> {
  return transact(pool, mode === 'none' ? 'rollback' : 'commit', async (client) => {
    const fenced = await admit(client, context);
    if (fenced !== undefined) return { outcome: 'refused', problem: fenced };
    const earlier = context.actionKey === undefined ? undefined : await readByActionKey(client, context.actionKey);
    if (earlier !== undefined) return repeatOf(earlier, wanted);
    const status = mode === 'stuck' ? 'building' : 'active';
    const first = await insertCopy(client, wanted, { context, status, copy: 0 });
    if (mode === 'twice' && first.outcome === 'done') await insertCopy(client, wanted, { context, status, copy: 1 });
    return first;
  });
}

/** Changes a resource in place. A change to what it is already has no effect. */
export function changeResource(
  pool: pg.Pool,
  target: { readonly type: ResourceType; readonly id: string; readonly change: ResourceChange },
  { context, mode }: Write,
): Promise<Written> {
  return transact(pool, mode === 'none' ? 'rollback' : 'commit', async (client) => {
    const fenced = await admit(client, context);
    if (fenced !== undefined) return { outcome: 'refused', problem: fenced };
    const before = await readResource(client, target, 'lock');
    if (before === undefined) return { outcome: 'refused', problem: notFound(target.type, target.id) };
    const after = applyChange(before, target.change, context.startedAt);
    if (isSame(before, after) && mode !== 'twice') return { outcome: 'done', resource: before, repeated: true };
    const refused = await refuseChange(client, before, after);
    if (refused !== undefined) return { outcome: 'refused', problem: refused };
    await updateResource(client, after);
    await note(client, { kind: 'update', resource: after }, context);
    if (mode === 'twice') await note(client, { kind: 'update', resource: after }, context);
    return { outcome: 'done', resource: after, repeated: false };
  });
}

/** Removes a resource. One that is not there is refused with 404: nothing was done. */
export function removeResource(
  pool: pg.Pool,
  target: { readonly type: ResourceType; readonly id: string },
  { context, mode }: Write,
): Promise<Written> {
  return transact(pool, mode === 'none' ? 'rollback' : 'commit', async (client) => {
    const fenced = await admit(client, context);
    if (fenced !== undefined) return { outcome: 'refused', problem: fenced };
    const resource = await readResource(client, target, 'lock');
    if (resource === undefined) return { outcome: 'refused', problem: notFound(target.type, target.id) };
    const taken = resource.type === 'network' ? await takenHosts(client, resource.id) : [];
    if (taken.length > 0) return { outcome: 'refused', problem: inUse(resource, taken.length) };
    await deleteResource(client, resource.id);
    await note(client, { kind: 'delete', resource }, context);
    return { outcome: 'done', resource, repeated: false };
  });
}

/** The problem of a resource that is not there. */
export function notFound(type: ResourceType, id: string): Problem {
  return {
    status: 404,
    code: 'resource-not-found',
    detail: `There is no ${type} ${id}. List the ${type}s to find it.`,
  };
}

function repeatOf(earlier: Resource, wanted: NewResource): Written {
  if (earlier.type === wanted.type) return { outcome: 'done', resource: earlier, repeated: true };
  const detail = `The action key made ${earlier.type} ${earlier.id}; it cannot make a ${wanted.type}. Use another key.`;
  return { outcome: 'refused', problem: { status: 409, code: 'action-key-reused', detail } };
}

async function insertCopy(
  client: pg.ClientBase,
  wanted: NewResource,
  {
    context,
    copy,
    status,
  }: { readonly context: WriteContext; readonly copy: number; readonly status: Resource['status'] },
): Promise<Written> {
  const place = wanted.type === 'server' ? await placeInNetwork(client, wanted) : {};
  if ('status' in place) return { outcome: 'refused', problem: place };
  const resource: Resource = {
    ...wanted,
    id: `${ID_PREFIXES[wanted.type]}-${randomBytes(8).toString('hex')}`,
    status,
    actionKey: context.actionKey,
    hostNumber: place.hostNumber,
    networkCidr: place.networkCidr,
    generation: 1,
    createdAt: context.startedAt.toISOString(),
    updatedAt: context.startedAt.toISOString(),
  };
  if (!(await insertResource(client, resource, copy))) {
    // The same key at the same moment: the other one made it, and it is visible now that its transaction has ended.
    const other = await readByActionKey(client, context.actionKey ?? '');
    if (other === undefined) return { outcome: 'refused', problem: racedAway() };
    return repeatOf(other, wanted);
  }
  await note(client, { kind: 'create', resource }, context);
  return { outcome: 'done', resource, repeated: false };
}

interface Place {
  readonly hostNumber?: number;
  readonly networkCidr?: string;
}

/** Finds an address. The network's row stays locked, so that two servers never get one address. */
async function placeInNetwork(client: pg.ClientBase, wanted: NewResource): Promise<Place | Problem> {
  const networkId = textOf(wanted.properties['network']);
  const network = await readResource(client, { type: 'network', id: networkId }, 'lock');
  const cidr = textOf(network?.properties['cidr']);
  const range = parseCidr(cidr);
  if (network === undefined || range === undefined) {
    const detail = `Server ${wanted.name} names network "${networkId}", which does not exist. Make it first.`;
    const errors = [{ path: 'network', message: 'names no network' }];
    return { status: 422, code: 'network-unknown', detail, errors };
  }
  const seed = Number.parseInt(sha256(wanted.name).slice(0, 8), 16);
  const hostNumber = freeHost(range, seed, new Set(await takenHosts(client, network.id)));
  if (hostNumber === undefined) {
    const detail = `Network ${network.id} (${cidr}) has no free address. Remove servers or use a wider network.`;
    return { status: 409, code: 'network-full', detail };
  }
  return { hostNumber, networkCidr: cidr };
}

function applyChange(before: Resource, change: ResourceChange, at: Date): Resource {
  return {
    ...before,
    name: change.name ?? before.name,
    status: change.status ?? before.status,
    tags: change.tags ?? before.tags,
    properties: { ...before.properties, ...change.properties },
    generation: before.generation + 1,
    updatedAt: at.toISOString(),
  };
}

function isSame(before: Resource, after: Resource): boolean {
  const visible = ({ name, status, tags, properties }: Resource): JsonObject => ({ name, status, tags, properties });
  return jsonEquals(visible(before), visible(after));
}

async function refuseChange(client: pg.ClientBase, before: Resource, after: Resource): Promise<Problem | undefined> {
  if (after.type === 'volume' && Number(after.properties['sizeGb']) < Number(before.properties['sizeGb'])) {
    const detail = `Volume ${after.id} cannot shrink: that would cut off data. Make a smaller one instead.`;
    return { status: 422, code: 'volume-shrink', detail, errors: [{ path: 'sizeGb', message: 'must not shrink' }] };
  }
  if (after.type !== 'network' || after.properties['cidr'] === before.properties['cidr']) return undefined;
  const range = parseCidr(textOf(after.properties['cidr']));
  const outside = (await takenHosts(client, after.id)).filter((host) => range === undefined || !holdsHost(range, host));
  if (outside.length === 0) return undefined;
  const detail = `${outside.length} servers of network ${after.id} do not fit the new range. Use a wider one.`;
  return { status: 409, code: 'network-too-small', detail, errors: [{ path: 'cidr', message: 'is too small' }] };
}

/** The text of a property that its schema made a text. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function inUse(network: Resource, servers: number): Problem {
  const detail = `Network ${network.id} has ${servers} servers. Remove them first.`;
  return { status: 409, code: 'network-in-use', detail };
}

function racedAway(): Problem {
  const detail = 'The resource of this action key was made and removed at the same moment. Send the request again.';
  return { status: 409, code: 'action-key-raced', detail };
}
