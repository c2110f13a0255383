import type { Json, JsonObject } from '@caisson/kernel';
import { addressAt, GATEWAY_NUMBER, parseCidr } from './cidr.js';
import type { ResourceType, Status } from './resource-types.js';

/** One resource as the database keeps it. */
export interface Resource {
  /** Type prefix, hyphen, 16 hexadecimal digits. */
  readonly id: string;
  readonly type: ResourceType;
  readonly name: string;
  readonly status: Status;
  /** The type's own properties. */
  readonly properties: JsonObject;
  /** Labels of the people who own it. */
  readonly tags: JsonObject;
  /** Labels of the orchestrator that made it: `deployment`, `unit`, `tenant`. Never change. */
  readonly labels: JsonObject;
  /** The action that made it; undefined when it was made by hand. */
  readonly actionKey: string | undefined;
  /** Number of its address in its network; only servers have one. */
  readonly hostNumber: number | undefined;
  /** The network range that its address is from; only servers have one. */
  readonly networkCidr: string | undefined;
  /** Rises with every change, from 1. */
  readonly generation: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A resource as callers see it: properties at the top, what the cloud worked out under `outputs`. */
export function represent(resource: Resource, baseUrl: string): JsonObject {
  const { id, type, name, status, properties, tags, labels, generation, createdAt, updatedAt } = resource;
  return {
    id,
    type,
    name,
    status,
    ...properties,
    tags,
    labels,
    ...(resource.actionKey === undefined ? {} : { actionKey: resource.actionKey }),
    generation,
    createdAt,
    updatedAt,
    outputs: { id, ...outputsOf(resource, baseUrl) },
  };
}

function outputsOf(resource: Resource, baseUrl: string): JsonObject {
  switch (resource.type) {
    case 'network':
      return networkOutputs(resource.properties['cidr']);
    case 'server':
      return { address: addressOf(resource), url: `${baseUrl}/servers/${resource.id}` };
    case 'volume':
      return { sizeGb: resource.properties['sizeGb'] ?? null };
    case 'record':
      return { data: resource.properties['data'] ?? {} };
  }
}

function networkOutputs(cidr: Json | undefined): JsonObject {
  const network = typeof cidr === 'string' ? parseCidr(cidr) : undefined;
  return network === undefined ? {} : { cidr: cidr ?? null, gateway: addressAt(network, GATEWAY_NUMBER) };
}

function addressOf(resource: Resource): string {
  const network = resource.networkCidr === undefined ? undefined : parseCidr(resource.networkCidr);
  return network === undefined || resource.hostNumber === undefined ? '' : addressAt(network, resource.hostNumber);
}
