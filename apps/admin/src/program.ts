import { messageOf } from '@caisson/kernel';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { closeBreaker } from './breaker-commands.js';
import { parseFrom, republish, verify, type From } from './event-commands.js';
import { listJobs, reopenJob } from './job-commands.js';
import { breakLease, listLeases } from './lease-commands.js';
import { migrationsStatus } from './migration-commands.js';
import type { Operator } from './orders.js';
import { listParked, releaseParked, showParked } from './parked-commands.js';
import type { Terminal } from './surroundings.js';

const FAILED = 1;
const MISUSED = 2;

interface GivenBy {
  readonly by: string;
  readonly because: string;
}

/** Runs one command line. Answers the exit code: 0 done, 1 not done, 2 not understood. Never rejects. */
export async function runAdmin(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = commandsFor(terminal);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED; // It has said what is wrong.
    terminal.complain(messageOf(error));
    return FAILED;
  }
}

function commandsFor(terminal: Terminal): Command {
  const program = new Command('caisson-admin')
    .description('Looks after what waits for a person. CAISSON_DATABASE_URL says where the database is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.print(text.trimEnd());
      },
      writeErr: (text) => {
        terminal.complain(text.trimEnd());
      },
    });
  addParked(program, terminal);
  addJobs(program, terminal);
  addLeases(program, terminal);
  addBreakers(program, terminal);
  addEvents(program, terminal);
  addMigrations(program, terminal);
  return program;
}

function addParked(program: Command, terminal: Terminal): void {
  const parked = program.command('parked').description('Streams that a consumer set aside.');
  parked
    .command('list')
    .description('which, and why')
    .option('--consumer <name>', 'only of this one, such as planner')
    .option('--json', 'for programs')
    .action((options: { consumer?: string; json?: boolean }) => listParked(terminal, options));
  parked
    .command('show <consumer> <tenant> <stream>')
    .description('the event that it waits with, and how many wait behind it')
    .action((consumer: string, tenantId: string, streamId: string) =>
      showParked(terminal, { consumer, tenantId, streamId }),
    );
  givenBy(parked.command('release <consumer> <tenant> <stream>'))
    .description('let it go on, after its cause is mended')
    .action((...given: [string, string, string, GivenBy]) => {
      const [consumer, tenantId, streamId, options] = given;
      return releaseParked(terminal, { consumer, tenantId, streamId }, operatorOf(options));
    });
}

function addJobs(program: Command, terminal: Terminal): void {
  const jobs = program.command('jobs').description('Work that was tried and given up.');
  jobs
    .command('list')
    .description('which, and why')
    .option('--queue <name>', 'only of this one, such as planning')
    .option('--json', 'for programs')
    .action((options: { queue?: string; json?: boolean }) => listJobs(terminal, options));
  givenBy(jobs.command('reopen <job>'))
    .description('have it tried again, after its cause is mended')
    .action((jobId: string, options: GivenBy) => reopenJob(terminal, jobId, operatorOf(options)));
}

function addLeases(program: Command, terminal: Terminal): void {
  const leases = program.command('leases').description('Who may act on what, until when.');
  leases
    .command('list')
    .description('which, and who holds it')
    .option('--tenant <id>', 'only of this one')
    .option('--json', 'for programs')
    .action((options: { tenant?: string; json?: boolean }) => listLeases(terminal, options));
  givenBy(leases.command('break <tenant> <resource>'))
    .description('take it from a holder that hangs')
    .action((tenantId: string, resource: string, options: GivenBy) =>
      breakLease(terminal, { tenantId, resource }, operatorOf(options)),
    );
}

function addBreakers(program: Command, terminal: Terminal): void {
  const breakers = program.command('breakers').description('Providers that are left alone.');
  givenBy(breakers.command('close <tenant> <provider>'))
    .description('have what drifted there put right again, after a look at the provider')
    .action((tenantId: string, provider: string, options: GivenBy) =>
      closeBreaker(terminal, { tenantId, provider }, operatorOf(options)),
    );
}

function addMigrations(program: Command, terminal: Terminal): void {
  program
    .command('migrations')
    .description('The schema of the database.')
    .command('status')
    .description('whether it is that of this release: what was run, what is missing, what is newer')
    .option('--json', 'for programs')
    .action((options: { json?: boolean }) => migrationsStatus(terminal, options));
}

function addEvents(program: Command, terminal: Terminal): void {
  const events = program.command('events').description('What was recorded, and published on Kafka.');
  events
    .command('verify [tenant] [stream]')
    .description(
      'whether every event of a stream, of a tenant, or of all is as it was written, by the chains of hashes',
    )
    .action((tenantId?: string, streamId?: string) => verify(terminal, { tenantId, streamId }));
  givenBy(events.command('republish'))
    .description('fill a topic again that was lost: same events, same order; needs CAISSON_DATABASE_OWNER_URL')
    .requiredOption('--topic <name>', 'such as caisson.deployment.events.v1')
    .requiredOption('--from <place>', 'a number of the global order, 1 for all, or an instant', fromOf)
    .action((options: GivenBy & { readonly topic: string; readonly from: From }) =>
      republish(terminal, options, operatorOf(options)),
    );
}

function fromOf(text: string): From {
  const from = parseFrom(text);
  if (from === undefined) throw new InvalidArgumentError('Write a number from 1, or 2026-03-02T10:15:00Z.');
  return from;
}

/** Orders are recorded with who gave them, and why. */
function givenBy(command: Command): Command {
  return command
    .requiredOption('--by <name>', 'who orders it: recorded')
    .requiredOption('--because <text>', 'why, such as what was mended: recorded');
}

function operatorOf({ because, by }: GivenBy): Operator {
  return { name: by, because };
}
