import { CaissonClient } from '@caisson/client';
import type { Command } from 'commander';
import { openCall, type CommonOptions } from '../command.js';
import { CredentialStore, credentialsOf } from '../credentials.js';
import { fields, printOne } from '../output.js';
import { urlOf } from '../session.js';
import type { Terminal } from '../terminal.js';

const TENANT = 'default';

/** Adds `login`, `logout` and `whoami`. */
export function addSessionCommands(program: Command, terminal: Terminal): void {
  const login = program
    .command('login')
    .option('--username <name>', 'who you are (or CAISSON_USERNAME)')
    .option('--tenant <tenant>', 'whose deployments you work on', TENANT)
    .description('log in; the password is typed, piped in, or in CAISSON_PASSWORD, never an argument')
    .action(async ({ tenant, username }: { tenant: string; username?: string }) => {
      const url = await urlOf(terminal, login.optsWithGlobals<CommonOptions>().url);
      const name = username ?? terminal.environment['CAISSON_USERNAME'] ?? '';
      if (name === '') throw new Error('Say who you are: caisson login --username <name>');
      const password = await terminal.secret(`Password of ${name} at ${url}: `, 'CAISSON_PASSWORD');
      const tokens = await new CaissonClient({ url }).login({ tenant, username: name, password });
      await new CredentialStore(terminal.environment).write(
        credentialsOf({ url, tenant, username: name }, tokens, Date.now()),
      );
      terminal.note(`Logged in as ${name} of ${tenant} at ${url}.`);
    });

  const logout = program
    .command('logout')
    .description('end the session, and forget its tokens')
    .action(async () => {
      const { client } = await openCall(terminal, logout);
      try {
        await client.api.POST('/api/v1/auth/logout');
      } finally {
        await new CredentialStore(terminal.environment).remove(); // Whatever the API says.
      }
      terminal.note('Logged out.');
    });

  const whoami = program
    .command('whoami')
    .description('say who is logged in')
    .action(async () => {
      const call = await openCall(terminal, whoami);
      const { data } = await call.client.api.GET('/api/v1/auth/me');
      printOne(call, data, () => fields({ username: data?.username, role: data?.role, tenant: data?.tenantId }));
    });
}
