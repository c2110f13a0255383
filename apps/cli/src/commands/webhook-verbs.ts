import { collect, type WebhookAnswer } from '@caisson/client';
import { openCall, type Call, type Verb } from '../command.js';
import { fields, printList, printOne } from '../output.js';
import type { Terminal } from '../terminal.js';

/** What is asked of webhooks. */
export const WEBHOOK_VERBS: readonly Verb[] = [
  {
    noun: 'webhook',
    verb: 'list',
    short: 'webhooks',
    define: (command, terminal) =>
      command.description('list the webhooks of the tenant').action(async () => {
        const call = await openCall(terminal, command);
        printList(call, await collect(call.client.webhooks.list()), [
          ['id', ({ id }) => id],
          ['name', ({ name }) => name],
          ['kind', ({ kind }) => kind],
          ['path', ({ path }) => path],
        ]);
      }),
  },
  {
    noun: 'webhook',
    verb: 'create',
    define: (command, terminal) =>
      command
        .argument('<name>', 'what it is for')
        .option('--kind <kind>', 'the forge that sends to it', 'github')
        .description('make a webhook; its secret is shown this once')
        .action(async (name: string, { kind }: { kind: 'github' }) => {
          const call = await openCall(terminal, command);
          printSecret(call, terminal, await call.client.webhooks.create({ name, kind }));
        }),
  },
  {
    noun: 'webhook',
    verb: 'show',
    define: (command, terminal) =>
      command
        .argument('<webhook>', 'its id')
        .description('show a webhook, without its secret')
        .action(async (id: string) => {
          const call = await openCall(terminal, command);
          const webhook = await call.client.webhooks.read(id);
          printOne(call, webhook, () => fields({ ...webhook }));
        }),
  },
  {
    noun: 'webhook',
    verb: 'rotate',
    define: (command, terminal) =>
      command
        .argument('<webhook>', 'its id')
        .option('--overlap-hours <hours>', 'how long the old secret is good beside the new one', Number, 24)
        .description('give a webhook a new secret, which is shown this once')
        .action(async (id: string, { overlapHours }: { overlapHours: number }) => {
          const call = await openCall(terminal, command);
          printSecret(call, terminal, await call.client.webhooks.rotate(id, overlapHours));
        }),
  },
  {
    noun: 'webhook',
    verb: 'remove',
    define: (command, terminal) =>
      command
        .argument('<webhook>', 'its id')
        .description('remove a webhook: what comes to its address is refused')
        .action(async (id: string) => {
          const { client, isQuiet } = await openCall(terminal, command);
          await client.webhooks.remove(id);
          if (!isQuiet) terminal.note(`webhook ${id} is removed`);
        }),
  },
];

function printSecret(call: Call, terminal: Terminal, webhook: WebhookAnswer): void {
  printOne(call, webhook, () => fields({ ...webhook }));
  if (!call.isQuiet) terminal.note('The secret is not shown again: give it to the forge now.');
}
