import { expect, it } from 'vitest';
import { readConfig } from './config.js';

const url = 'postgres://user:secret@127.0.0.1:5432/cloud';

it('listens on this machine only unless told otherwise', () => {
  expect(readConfig({ SANDBOX_CLOUD_DATABASE_URL: url })).toEqual({ databaseUrl: url, host: '127.0.0.1', port: 8090 });
});

it('takes the port as a number, 0 included', () => {
  expect(readConfig({ SANDBOX_CLOUD_DATABASE_URL: url, SANDBOX_CLOUD_PORT: '0' }).port).toBe(0);
});

it('names every wrong setting at once, never its value', () => {
  const wrong = { SANDBOX_CLOUD_DATABASE_URL: 'mysql://user:secret@db', SANDBOX_CLOUD_PORT: '70000' };
  expect(() => readConfig(wrong)).toThrow(/DATABASE_URL must be a postgres.*PORT must be a port/);
  expect(() => readConfig(wrong)).not.toThrow(/secret/);
});
