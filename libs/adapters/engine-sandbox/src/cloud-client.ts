import type { EngineCall } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import type { z } from 'zod';
import { failureOfGarbage, failureOfStatus, failureOfTransport, type Intent } from './cloud-failure.js';
import { CloudResource, CloudResourceList } from './cloud-resource.js';
import type { SandboxType } from './unit-types.js';

/** Where the cloud is and how long it may take. */
export interface SandboxCloudEndpoint {
  /** `http://host:port`, without a slash at the end. */
  readonly baseUrl: string;
  /** Longest wait for a read. Default 10 s. */
  readonly readTimeoutMs?: number;
  /** Longest wait for a write. Default 3 min: the caller's own limit comes first. */
  readonly writeTimeoutMs?: number;
  /** How long a resource may take to become active after it was made. Default 5 min. */
  readonly readyWithinMs?: number;
  /** Pause between two looks at one that is not active yet. Default 5 s. */
  readonly readyEveryMs?: number;
  /** Sends the requests. Default: the platform's. */
  readonly fetch?: typeof fetch;
}

const READ_TIMEOUT_MS = 10_000;
const WRITE_TIMEOUT_MS = 180_000;
const COPIES_MAX = 100; // One unit has one resource; more than this at once is not ours to sort out.

interface CloudRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: JsonObject;
}

/** The REST API of the sandbox cloud as the engine uses it. Fails only with `EngineFailure`. */
export class CloudClient {
  readonly #endpoint: SandboxCloudEndpoint;

  constructor(endpoint: SandboxCloudEndpoint) {
    this.#endpoint = endpoint;
  }

  /** The resources of one unit, oldest first. */
  async find(type: SandboxType, unitId: string, call: EngineCall): Promise<readonly CloudResource[]> {
    const query = new URLSearchParams({
      tenant: call.tenantId,
      deployment: call.deploymentId,
      unit: unitId,
      limit: String(COPIES_MAX),
    });
    const answer = await this.#send({ method: 'GET', path: `/v1/${type}s?${query.toString()}` }, call);
    return parseOrFail(CloudResourceList, answer.body, 'read').items;
  }

  /** Makes a resource; the call's action key makes it once. */
  async create(type: SandboxType, body: JsonObject, call: EngineCall): Promise<CloudResource> {
    const answer = await this.#send({ method: 'POST', path: `/v1/${type}s`, body }, call);
    return parseOrFail(CloudResource, answer.body, 'write');
  }

  /** Changes a resource in place. */
  async change(resource: CloudResource, body: JsonObject, call: EngineCall): Promise<CloudResource> {
    const answer = await this.#send({ method: 'PATCH', path: `/v1/${resource.type}s/${resource.id}`, body }, call);
    return parseOrFail(CloudResource, answer.body, 'write');
  }

  /** Removes a resource; one that is gone is fine. */
  async remove(resource: CloudResource, call: EngineCall): Promise<void> {
    await this.#send({ method: 'DELETE', path: `/v1/${resource.type}s/${resource.id}` }, call, [404]);
  }

  /** Asks the cloud how it is. Gives the reason when it is not well. */
  async whyUnhealthy(signal: AbortSignal): Promise<string | undefined> {
    try {
      const response = await this.#fetch(`${this.#endpoint.baseUrl}/healthz`, { signal });
      await response.arrayBuffer();
      return response.ok ? undefined : `The sandbox cloud at ${this.#endpoint.baseUrl} answers ${response.status}.`;
    } catch (error) {
      return failureOfTransport(error, 'read', { signal }).message;
    }
  }

  async #send(
    request: CloudRequest,
    call: EngineCall,
    fineStatuses: readonly number[] = [],
  ): Promise<{ body: unknown }> {
    const intent = request.method === 'GET' ? 'read' : 'write';
    const { status, text } = await this.#exchange(request, intent, call);
    call.log(`${request.method} ${request.path.split('?')[0] ?? ''} ${status}`);
    const isFine = (status >= 200 && status < 300) || fineStatuses.includes(status);
    if (isFine) return { body: text === '' ? undefined : parseJson(text) };
    throw failureOfStatus(status, parseJson(text), intent);
  }

  async #exchange(
    request: CloudRequest,
    intent: Intent,
    call: EngineCall,
  ): Promise<{ readonly status: number; readonly text: string }> {
    // Nothing was sent, so nothing can have happened.
    if (call.signal.aborted) throw failureOfTransport(call.signal.reason, 'read', call);
    const limitMs =
      intent === 'read'
        ? (this.#endpoint.readTimeoutMs ?? READ_TIMEOUT_MS)
        : (this.#endpoint.writeTimeoutMs ?? WRITE_TIMEOUT_MS);
    try {
      const response = await this.#fetch(`${this.#endpoint.baseUrl}${request.path}`, {
        method: request.method,
        headers: headersOf(request, intent, call),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        redirect: 'error',
        signal: AbortSignal.any([call.signal, AbortSignal.timeout(limitMs)]),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw failureOfTransport(error, intent, call);
    }
  }

  #fetch(url: string, init: RequestInit): Promise<Response> {
    return (this.#endpoint.fetch ?? fetch)(url, init);
  }
}

function headersOf(request: CloudRequest, intent: Intent, call: EngineCall): Record<string, string> {
  return {
    accept: 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(intent === 'read'
      ? {}
      : {
          'action-key': call.actionKey,
          deployment: call.deploymentId,
          'fencing-token': String(call.fencingToken),
        }),
  };
}

function parseOrFail<Schema extends z.ZodType>(schema: Schema, body: unknown, intent: Intent): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw failureOfGarbage(intent, parsed.error);
  return parsed.data;
}

/** The JSON of an answer; undefined for what is none, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
