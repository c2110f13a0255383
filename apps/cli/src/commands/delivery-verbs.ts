import { collect, type DeliveryFilter } from '@caisson/client';
import { openCall, type Verb } from '../command.js';
import { fields, printList, printOne } from '../output.js';

/** What is asked of deliveries to webhooks. */
export const DELIVERY_VERBS: readonly Verb[] = [
  {
    noun: 'delivery',
    verb: 'list',
    short: 'deliveries',
    define: (command, terminal) =>
      command
        .option('--hook-id <hook>', 'only to this webhook')
        .option('--delivery-id <id>', 'only the one that the forge calls so')
        .option('--event <event>', 'only of this kind, such as push')
        .option('--outcome <outcome>', 'only those that were accepted, or ignored')
        .option('--repository <repository>', 'only of this one, such as acme/shop')
        .description('list what forges told us, newest first')
        .action(async (filter: DeliveryFilter) => {
          const call = await openCall(terminal, command);
          printList(call, await collect(call.client.deliveries(filter)), [
            ['id', ({ id }) => id],
            ['received', ({ receivedAt }) => receivedAt],
            ['hook', ({ hookId }) => hookId],
            ['event', ({ event }) => event],
            ['outcome', ({ outcome }) => outcome],
            ['about', ({ branch, reason, repository }) => reason ?? `${repository ?? ''} ${branch ?? ''}`],
          ]);
        }),
  },
  {
    noun: 'delivery',
    verb: 'show',
    define: (command, terminal) =>
      command
        .argument('<delivery>', 'id of a delivery')
        .description('show what a forge told us, and what was made of it')
        .action(async (id: string) => {
          const call = await openCall(terminal, command);
          const delivery = await call.client.delivery(id);
          printOne(call, delivery, () => fields({ ...delivery }));
        }),
  },
];
