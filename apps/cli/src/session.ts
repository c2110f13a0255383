import { readFile } from 'node:fs/promises';
import { CaissonClient, type ApiOptions } from '@caisson/client';
import { CredentialStore } from './credentials.js';
import type { Terminal } from './terminal.js';

const URL_DEFAULT = 'http://127.0.0.1:8080';

/** Where the API is: the option, `CAISSON_URL`, the last login, this machine. */
export async function urlOf(terminal: Terminal, option: string | undefined): Promise<string> {
  const given = option ?? terminal.environment['CAISSON_URL'] ?? '';
  const url = given === '' ? ((await new CredentialStore(terminal.environment).read())?.url ?? URL_DEFAULT) : given;
  if (!/^https?:\/\//.test(url)) throw new Error(`"${url}" is no address such as https://caisson.example.org.`);
  return url.replace(/\/+$/, '');
}

/** The API for whoever is logged in there. A token is sent to the address that it is from, and to no other. */
export async function openClient(terminal: Terminal, option: string | undefined): Promise<CaissonClient> {
  const url = await urlOf(terminal, option);
  return new CaissonClient({ url, token: await tokenFor(terminal, url) });
}

async function tokenFor({ environment }: Terminal, url: string): Promise<NonNullable<ApiOptions['token']>> {
  const given = environment['CAISSON_TOKEN'] ?? '';
  if (given !== '') return given;
  const file = environment['CAISSON_TOKEN_FILE'] ?? '';
  if (file !== '') return (await readFile(file, 'utf8')).trim();
  const store = new CredentialStore(environment);
  const kept = await store.read();
  if (kept?.url !== url) throw new Error(`You are not logged in at ${url}. Run: caisson login --url ${url}`);
  return async () => store.freshToken((await store.read()) ?? kept);
}
