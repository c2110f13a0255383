// Makes the secrets of a compose installation in a volume, one file each. What is there is kept: losing the encryption
// key would lose what it sealed. Files are readable by every user of the containers that mount the volume, since
// Postgres and the services run as different ones.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '/run/caisson'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const owner = keep('postgres-password', () => random(18));
const app = keep('database-password', () => random(18));
keep('database-url', () => `postgres://caisson_app:${app}@postgres:5432/caisson`);
keep('database-owner-url', () => `postgres://postgres:${owner}@postgres:5432/caisson`);
keep('sandbox-database-url', () => `postgres://postgres:${owner}@postgres:5432/sandbox_cloud`);
keep('jwt-secret', () => random(32));
keep('callback-secret', () => random(32));
keep('encryption-key', () => randomBytes(32).toString('base64'));
keep('bootstrap-token', () => `caisson_boot_${random(18)}`);

function keep(name, make) {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o444 });
  return readFileSync(file, 'utf8');
}

function random(bytes) {
  return randomBytes(bytes).toString('base64url');
}
