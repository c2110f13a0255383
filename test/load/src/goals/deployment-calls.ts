import { randomUUID } from 'node:crypto';
import type { KeptConnections, KeptRequest } from '../harness/kept-connections.js';
import { FOUR_RESOURCES } from './request-world.js';

const ROOT = '/api/v1';
const BODY = JSON.stringify(FOUR_RESOURCES);

interface Answered {
  readonly deployment: { readonly id: string };
  readonly version: number;
}

/** What callers of the API ask for. Each call is answered as it should be, or fails. */
export class DeploymentCalls {
  constructor(private readonly connections: KeptConnections) {}

  async health(): Promise<void> {
    await this.connections.ask({ method: 'GET', path: '/health/ready' }, 200);
  }

  async metrics(): Promise<void> {
    await this.connections.ask({ method: 'GET', path: '/metrics' }, 200);
  }

  async list(filter = ''): Promise<void> {
    await this.connections.ask({ method: 'GET', path: `${ROOT}/deployments?limit=50${filter}` }, 200);
  }

  async read(id: string): Promise<void> {
    await this.connections.ask({ method: 'GET', path: `${ROOT}/deployments/${id}` }, 200);
  }

  async runsOf(id: string): Promise<void> {
    await this.connections.ask({ method: 'GET', path: `${ROOT}/deployments/${id}/runs` }, 200);
  }

  /** Creates one whose first run waits for somebody to plan it. */
  create(): Promise<Answered> {
    return this.#command({ method: 'POST', path: `${ROOT}/deployments`, body: BODY });
  }

  /** Cancels what waits: nothing of it was done. */
  cancel({ deployment }: Answered): Promise<Answered> {
    return this.#command({ method: 'POST', path: `${ROOT}/deployments/${deployment.id}/cancel`, body: '{}' });
  }

  change({ deployment, version }: Answered): Promise<Answered> {
    const headers = { 'if-match': `"${version}"` };
    return this.#command({ method: 'PATCH', path: `${ROOT}/deployments/${deployment.id}`, body: BODY, headers });
  }

  remove({ deployment }: Answered): Promise<Answered> {
    return this.#command({ method: 'DELETE', path: `${ROOT}/deployments/${deployment.id}` });
  }

  async #command(asked: KeptRequest): Promise<Answered> {
    const headers = { 'idempotency-key': randomUUID(), ...asked.headers };
    return JSON.parse(await this.connections.ask({ ...asked, headers }, 202)) as Answered;
  }
}
