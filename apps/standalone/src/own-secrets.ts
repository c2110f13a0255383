import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a self-contained installation makes for itself at its first start. */
export interface OwnSecrets {
  /** Signs access tokens. */
  readonly jwtSecret: string;
  /** Seals state, plans and other secrets at rest; losing it loses them. */
  readonly encryptionKey: string;
  /** Lets the first administrator register. */
  readonly bootstrapToken: string;
  /** Password of the database's application role. */
  readonly databasePassword: string;
  /** Password of the database server's superuser. */
  readonly postgresPassword: string;
}

const FILE = 'secrets.json';

/** Reads the secrets of a data folder, or makes them. The file is readable by its owner only. */
export async function readOrMakeSecrets(dataDirectory: string): Promise<OwnSecrets> {
  const file = join(dataDirectory, FILE);
  await mkdir(dataDirectory, { recursive: true });
  try {
    return JSON.parse(await readFile(file, 'utf8')) as OwnSecrets;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const secrets: OwnSecrets = {
    jwtSecret: randomBytes(32).toString('base64url'),
    encryptionKey: `k1:${randomBytes(32).toString('base64')}`,
    bootstrapToken: `caisson_boot_${randomBytes(18).toString('base64url')}`,
    databasePassword: randomBytes(18).toString('base64url'),
    postgresPassword: randomBytes(18).toString('base64url'),
  };
  await writeFile(file, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  return secrets;
}
