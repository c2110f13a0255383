import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CommonSettings, Port, printableSettings, readSettings, variableName } from './settings.js';

const schema = z.object({
  databaseUrl: z.string().min(1),
  jwtSecret: z.string().min(8),
  port: z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).default(0),
});

describe('settings', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'caisson-settings-'));
    writeFileSync(join(directory, 'secret'), 'from a file\n');
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('names a variable after its member', () => {
    expect(variableName('databaseOwnerUrl')).toBe('CAISSON_DATABASE_OWNER_URL');
  });

  it('lists everything that is missing or wrong at once, without the values', () => {
    const read = (): unknown => readSettings(schema, { CAISSON_JWT_SECRET: 'short', CAISSON_PORT: 'eighty' });
    expect(read).toThrow(/CAISSON_DATABASE_URL .*CAISSON_JWT_SECRET .*CAISSON_PORT must be a whole number/);
    expect(read).not.toThrow(/short|eighty/);
  });

  it('says of each variable whether it is missing, and of a wrong one what it must be, by its place', () => {
    const services = z.object({
      ...{ databaseUrl: CommonSettings.shape.databaseUrl, port: Port, jwtSecret: z.string().min(8), url: z.url() },
      profile: z.enum(['embedded', 'distributed']),
      hooks: z.preprocess((text) => JSON.parse(String(text)) as unknown, z.array(z.object({ id: z.string() }))),
    });
    const wrong = { CAISSON_DATABASE_URL: 'mysql://a/b', CAISSON_PORT: '70000', CAISSON_URL: 'here' };
    const more = { CAISSON_JWT_SECRET: 'short', CAISSON_HOOKS: '[{}]' };
    expect(() => readSettings(services, { ...wrong, ...more })).toThrow(
      'The settings are wrong. ' +
        'CAISSON_DATABASE_URL must be a URL: postgres://user:password@host:port/database. ' +
        'CAISSON_PORT must be a port: 0 to 65535. ' +
        'CAISSON_JWT_SECRET must have at least 8 characters. ' +
        'CAISSON_URL must be a URL. ' +
        'CAISSON_PROFILE is missing. ' +
        'CAISSON_HOOKS at /0/id is missing.',
    );
    expect(() => readSettings(CommonSettings, { CAISSON_PROFILE: 'both' })).toThrow(
      'CAISSON_PROFILE must be embedded or distributed. CAISSON_DATABASE_URL is missing.',
    );
  });

  it('reads a value from the file that the variable with _FILE names', () => {
    const settings = readSettings(schema, {
      CAISSON_DATABASE_URL: 'postgres://here/db',
      CAISSON_JWT_SECRET_FILE: join(directory, 'secret'),
    });
    expect(settings.jwtSecret).toBe('from a file');
  });

  it('says which file cannot be read', () => {
    const environment = { CAISSON_DATABASE_URL: 'x', CAISSON_JWT_SECRET_FILE: join(directory, 'absent') };
    expect(() => readSettings(schema, environment)).toThrow(/CAISSON_JWT_SECRET_FILE cannot be read/);
  });

  it('takes an empty variable for an absent one', () => {
    const environment = { CAISSON_DATABASE_URL: 'x', CAISSON_JWT_SECRET: 'long enough', CAISSON_PORT: '' };
    expect(readSettings(schema, environment).port).toBe(0);
  });

  it('prints no secret', () => {
    const printed = printableSettings({
      ...readSettings(CommonSettings, { CAISSON_DATABASE_URL: 'postgres://app:hidden@db/caisson' }),
      jwtSecret: 'hidden',
      encryptionKey: 'k1:hidden',
      bootstrapToken: 'hidden',
      hooks: [{ secret: 'hidden' }],
    });
    expect(JSON.stringify(printed)).not.toContain('hidden');
    expect(printed['databaseUrl']).toBe('postgres://app:secret@db/caisson');
  });
});
