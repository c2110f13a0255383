import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Settings of the process. */
const Config = z.object({
  SANDBOX_CLOUD_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
  SANDBOX_CLOUD_HOST: z.string().min(1).default('127.0.0.1'),
  SANDBOX_CLOUD_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port: 0 to 65535')
    .transform(Number)
    .pipe(z.int().max(65_535, 'must be a port: 0 to 65535'))
    .default(8090),
});

/** Settings of the process, typed. */
export interface SandboxCloudConfig {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the settings from the environment; `SANDBOX_CLOUD_DATABASE_URL_FILE` names a file that holds the URL.
 *
 * @throws Error that lists every wrong setting, never its value.
 */
export function readConfig(environment: NodeJS.ProcessEnv): SandboxCloudConfig {
  const file = environment['SANDBOX_CLOUD_DATABASE_URL_FILE'];
  const url = file === undefined ? {} : { SANDBOX_CLOUD_DATABASE_URL: readFileSync(file, 'utf8').trim() };
  const parsed = Config.safeParse({ ...environment, ...url });
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new Error(`The sandbox cloud cannot start. Set: ${wrong.join('; ')}.`);
  }
  return {
    databaseUrl: parsed.data.SANDBOX_CLOUD_DATABASE_URL,
    host: parsed.data.SANDBOX_CLOUD_HOST,
    port: parsed.data.SANDBOX_CLOUD_PORT,
  };
}
