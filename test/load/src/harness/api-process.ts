import { randomBytes } from 'node:crypto';
import { CaissonClient } from '@caisson/client';
import { ServiceProcess } from '@caisson/local';
import { freePort } from '@caisson/postgres-server';
import { logIn, UNLIMITED } from './bench-stack.js';

/** The API alone, on the embedded profile. */
export interface ApiProcess {
  readonly service: ServiceProcess;
  /** Makes the first administrator of a tenant. Once each. */
  administrator(tenant?: string): Promise<{ readonly token: string; readonly tenantId: string }>;
}

/** Starts it on a database of its own, which it migrates. */
export async function startApi(
  databaseUrl: string,
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<ApiProcess> {
  const bootstrapToken = randomBytes(18).toString('base64url');
  const app = new URL(databaseUrl);
  app.username = 'caisson_app';
  app.password = randomBytes(18).toString('base64url');
  const service = new ServiceProcess({
    ...{ name: 'api', app: 'api', port: await freePort(), directory, readyPath: '/readyz' },
    environment: {
      ...UNLIMITED, // Everybody is one caller here.
      CAISSON_DATABASE_URL: app.href,
      CAISSON_DATABASE_OWNER_URL: databaseUrl,
      CAISSON_JWT_SECRET: randomBytes(32).toString('base64url'),
      CAISSON_BOOTSTRAP_TOKEN: bootstrapToken,
      CAISSON_ENCRYPTION_KEY: `bench:${randomBytes(32).toString('base64')}`,
      CAISSON_LOG_LEVEL: 'warn',
      ...environment,
    },
  });
  await service.start();
  return {
    service,
    administrator: async (tenant) => {
      const { url } = service;
      const { token } = await logIn({ bootstrapToken, url }, tenant);
      const { data } = await new CaissonClient({ url, token }).api.GET('/api/v1/auth/me');
      if (data === undefined) throw new Error('The API does not know its administrator.');
      return { token, tenantId: data.tenantId };
    },
  };
}
