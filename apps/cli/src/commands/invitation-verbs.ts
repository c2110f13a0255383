import { openCall, type Verb } from '../command.js';
import { printList } from '../output.js';

/** What is asked of those who may join. */
export const INVITATION_VERBS: readonly Verb[] = [
  {
    noun: 'invitation',
    verb: 'list',
    short: 'invitations',
    define: (command, terminal) =>
      command.description('list the invitations that nobody has used yet, oldest first').action(async () => {
        const call = await openCall(terminal, command);
        printList(call, await call.client.invitations(), [
          ['id', ({ id }) => id],
          ['role', ({ role }) => role],
          ['expires', ({ expiresAt }) => expiresAt],
          ['by', ({ invitedBy }) => invitedBy],
        ]);
      }),
  },
  {
    noun: 'invitation',
    verb: 'revoke',
    define: (command, terminal) =>
      command
        .argument('<invitation>', 'its id')
        .description('take back an invitation that nobody has used')
        .action(async (id: string) => {
          const { client, isQuiet } = await openCall(terminal, command);
          await client.revokeInvitation(id);
          if (!isQuiet) terminal.note(`invitation ${id} is taken back`);
        }),
  },
];
