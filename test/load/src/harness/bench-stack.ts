import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseUrl } from '@caisson/postgres-server';
import { CaissonClient } from '@caisson/client';
import { startDistributedStack, type DistributedStack, type Reachable } from '@caisson/local';
import { queryOnce, type BenchServer } from './bench-server.js';

/** Lets one caller send as much as it can. */
export const UNLIMITED = {
  CAISSON_RATE_CALLER_PER_MINUTE: '0',
  CAISSON_RATE_ADDRESS_PER_MINUTE: '0',
  CAISSON_RATE_LOGIN_PER_MINUTE: '0',
} as const;

/** The distributed profile for one goal: five services, one replica each, removed at the end. */
export interface BenchStack {
  readonly stack: DistributedStack;
  /** An administrator who is logged in. */
  readonly client: CaissonClient;
  /** Its Postgres, for what floors and peers need. */
  readonly server: Pick<BenchServer, 'pid' | 'createDatabase'>;
  stop(): Promise<void>;
}

/** Starts it, as durable as in production. The settings are those of every service. */
export async function startBenchStack(settings: Readonly<Record<string, string>> = {}): Promise<BenchStack> {
  const directory = await mkdtemp(join(tmpdir(), 'caisson-bench-stack-'));
  await chmod(directory, 0o755); // As root, Postgres runs as another user, who must get in.
  const stack = await startDistributedStack({ directory, durable: true, environment: { ...UNLIMITED, ...settings } });
  const { token } = await logIn(stack);
  return {
    stack,
    client: new CaissonClient({ url: stack.url, token }),
    server: {
      pid: stack.postgres.pid,
      createDatabase: async (name) => {
        await queryOnce(stack.databaseUrl, `create database ${name}`);
        return databaseUrl(stack.databaseUrl, name);
      },
    },
    stop: async () => {
      await stack.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const ACCOUNT = { username: 'admin', password: 'throwaway bench password' } as const;

/** Makes the first administrator of a tenant. */
export async function logIn(
  { bootstrapToken, url }: Pick<Reachable, 'bootstrapToken' | 'url'>,
  tenant = 'default',
): Promise<{ readonly token: string }> {
  const anonymous = new CaissonClient({ url });
  await anonymous.register({ ...ACCOUNT, bootstrapToken, tenant });
  const { access_token: token } = await anonymous.login({ ...ACCOUNT, tenant });
  return { token };
}
