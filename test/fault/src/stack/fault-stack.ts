import { writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDistributedStack, type DistributedStack, type ServerName, type ServiceProcess } from '@caisson/local';
import { FaultyLink } from '@caisson/testing';
import pg from 'pg';
import { FAKETIME_LIBRARY } from './faketime.js';
import { Supervisor } from './supervisor.js';

/** The services on which faults fall. Two executors, so that one can take over from the other. */
const REPLICAS = { executor: 2 } as const;

/** How long the installation may take to be as it should again. */
const HEAL_MS_MAX = 60_000;

/** Requests are not what is tested here. */
const UNLIMITED = {
  CAISSON_RATE_CALLER_PER_MINUTE: '0',
  CAISSON_RATE_ADDRESS_PER_MINUTE: '0',
  CAISSON_RATE_LOGIN_PER_MINUTE: '0',
  CAISSON_TOOL_GRACE_SECONDS: '10',
} as const;

/** The real distributed profile, with a link of ours between each service and each server that it needs. */
export class FaultStack {
  readonly stack: DistributedStack;
  readonly supervisor: Supervisor;
  /** As superuser, past all links. */
  readonly database: pg.Pool;
  readonly #directory: string;
  readonly #links: ReadonlyMap<string, FaultyLink>;

  private constructor(from: {
    readonly stack: DistributedStack;
    readonly directory: string;
    readonly links: ReadonlyMap<string, FaultyLink>;
  }) {
    this.stack = from.stack;
    this.#directory = from.directory;
    this.#links = from.links;
    this.supervisor = new Supervisor([...from.stack.services.values()]);
    this.database = new pg.Pool({ connectionString: from.stack.databaseUrl, max: 4 });
    this.database.on('error', () => undefined); // It is cut off too when the server breaks.
  }

  /** Starts everything in a folder of its own and waits until it is ready. */
  static async start(): Promise<FaultStack> {
    const directory = await mkdtemp(join(tmpdir(), 'caisson-fault-'));
    await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
    await mkdir(join(directory, 'clocks'));
    const links = new Map<string, FaultyLink>();
    const stack = await startDistributedStack({
      directory,
      durable: true, // A Postgres that crashes keeps what it acknowledged: that is what everything stands on.
      replicas: REPLICAS,
      environment: UNLIMITED,
      environmentOf: (service) => clockOf(directory, service),
      between: async (service, server, port) => {
        const link = await FaultyLink.open(() => port);
        links.set(`${service} ${server}`, link);
        return link.port;
      },
    });
    return new FaultStack({ stack, directory, links });
  }

  /** Names of the services, in a fixed order: schedules pick from them. */
  get serviceNames(): readonly string[] {
    return [...this.stack.services.keys()].toSorted();
  }

  service(name: string): ServiceProcess {
    const service = this.stack.services.get(name);
    if (service === undefined) throw new Error(`There is no service ${name}; there are ${this.serviceNames.join()}.`);
    return service;
  }

  /** What lies between a service and a server. */
  link(service: string, server: ServerName): FaultyLink {
    const link = this.#links.get(`${service} ${server}`);
    if (link === undefined) throw new Error(`Nothing lies between ${service} and ${server}.`);
    return link;
  }

  /** Where the services' logs are. */
  get logs(): string {
    return join(this.#directory, 'logs');
  }

  /** Where the data of the servers are, by server. */
  dataOf(server: ServerName): string {
    return join(this.#directory, server);
  }

  /** Sets a service's wall clock so many seconds off, from now on. Its monotonic clock runs on. */
  async skewClock(service: string, seconds: number): Promise<void> {
    await writeFile(clockFile(this.#directory, service), `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  /** Makes everything work again, and waits until it does. */
  async heal(): Promise<void> {
    for (const link of this.#links.values()) {
      link.delay(0);
      link.become('open');
    }
    for (const name of this.serviceNames) await this.skewClock(name, 0);
    await this.supervisor.allUp(HEAL_MS_MAX);
  }

  /** Ends everything and removes it. */
  async stop(): Promise<void> {
    await this.heal().catch(() => undefined); // Whatever is broken, it ends below.
    await this.abandon();
  }

  /** As `stop`, without waiting for what is broken. */
  async abandon(): Promise<void> {
    for (const link of this.#links.values()) link.become('refuse');
    await this.supervisor.stop();
    await this.database.end();
    await this.stack.stop();
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function clockFile(directory: string, service: string): string {
  return join(directory, 'clocks', service);
}

/** What lets the wall clock of a service follow a file. The sandbox cloud is the world, and its clock is right. */
function clockOf(directory: string, service: string): Readonly<Record<string, string>> {
  if (FAKETIME_LIBRARY === undefined || service === 'sandbox-cloud') return {};
  writeFileSync(clockFile(directory, service), '+0\n');
  return {
    LD_PRELOAD: FAKETIME_LIBRARY,
    FAKETIME_TIMESTAMP_FILE: clockFile(directory, service),
    FAKETIME_CACHE_DURATION: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}
