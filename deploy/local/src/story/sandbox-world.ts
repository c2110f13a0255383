/** A resource of the sandbox cloud, as the cloud itself shows it. */
export interface SandboxResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The type's own, such as `flavor` of a server. */
  readonly [property: string]: unknown;
}

/** One effect that the sandbox cloud had, from its own ledger. */
export interface SandboxEffect {
  readonly actionKey: string | null;
  readonly kind: 'create' | 'update' | 'delete';
  readonly resourceId: string;
  readonly outside: boolean;
}

const CALL_LIMIT_MS = 10_000;

/** Looks at the sandbox cloud, and meddles with it, past Caisson. */
export class SandboxWorld {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The servers of a deployment, by unit id. */
  async servers(deploymentId: string): Promise<ReadonlyMap<string, SandboxResource>> {
    const page = await this.#get<{ items: readonly SandboxResource[] }>(`/v1/servers?deployment=${deploymentId}`);
    return new Map(page.items.map((server) => [server.labels['unit'] ?? server.name, server]));
  }

  /** Everything that exists of a deployment. */
  async resources(deploymentId: string): Promise<readonly SandboxResource[]> {
    const pages = await Promise.all(
      ['networks', 'servers', 'volumes', 'records'].map((type) =>
        this.#get<{ items: readonly SandboxResource[] }>(`/v1/${type}?deployment=${deploymentId}`),
      ),
    );
    return pages.flatMap(({ items }) => items);
  }

  /** Makes the cloud go wrong at the next requests that fit. */
  async arm(fault: object): Promise<void> {
    const response = await fetch(`${this.#url}/v1/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (!response.ok) throw new Error(`The sandbox cloud refused the fault: ${await response.text()}`);
  }

  /** Changes a server as somebody would who does not know of Caisson. */
  async meddle(serverId: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.#url}/v1/servers/${serverId}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(change),
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (!response.ok) throw new Error(`The sandbox cloud refused the change: ${await response.text()}`);
  }

  /** What the cloud did for a deployment, in order. */
  async ledger(deploymentId: string): Promise<readonly SandboxEffect[]> {
    const page = await this.#get<{ items: readonly SandboxEffect[] }>(`/v1/ledger?deployment=${deploymentId}`);
    return page.items;
  }

  async #get<Body>(path: string): Promise<Body> {
    const response = await fetch(this.#url + path, { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    if (!response.ok) throw new Error(`The sandbox cloud answered ${response.status} to ${path}`);
    return (await response.json()) as Body;
  }
}
