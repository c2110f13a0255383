import { Command, Option } from 'commander';
import type { Verb } from './command.js';
import { addCompletion } from './commands/completion.js';
import { DELIVERY_VERBS } from './commands/delivery-verbs.js';
import { DEPLOYMENT_VERBS } from './commands/deployment-verbs.js';
import { DRIFT_VERBS } from './commands/drift-verbs.js';
import { DRIFT_RULE_VERBS } from './commands/drift-rule-verbs.js';
import { EVENT_VERBS } from './commands/event-verbs.js';
import { INVITATION_VERBS } from './commands/invitation-verbs.js';
import { RUN_VERBS } from './commands/run-verbs.js';
import { WEBHOOK_VERBS } from './commands/webhook-verbs.js';
import { addSessionCommands } from './commands/session-verbs.js';
import { FORMATS } from './output.js';
import type { Terminal } from './terminal.js';

const NOUNS = {
  deployment: 'what is wanted',
  run: 'changes of a deployment',
  task: 'parts of a run',
  drift: 'where the world is not as it was left',
  invitation: 'who may join',
  webhook: 'where forges tell us what happened',
  delivery: 'what forges told us by webhooks',
  event: 'what happened and happens',
} as const;

const VERBS: readonly Verb[] = [
  ...[...DEPLOYMENT_VERBS, ...RUN_VERBS, ...DRIFT_VERBS, ...DRIFT_RULE_VERBS],
  ...[...WEBHOOK_VERBS, ...DELIVERY_VERBS, ...INVITATION_VERBS, ...EVENT_VERBS],
];

const ENDS = `
Ends with 0 when all is well, 1 when something did not work, 2 when changes wait for approval or there is drift,
3 when the API refused.`;

/** The program with all its commands. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command('caisson')
    .description('Plan, approve, apply, watch and roll back infrastructure')
    .option('--url <url>', 'address of the API (or CAISSON_URL; default: of the last login)')
    .addOption(new Option('-o, --output <format>', 'how results are written').choices(FORMATS).default('table'))
    .option('-q, --quiet', 'results only, no progress')
    .addHelpText('after', ENDS)
    .showHelpAfterError('(caisson --help says more)');
  addSessionCommands(program, terminal);
  addVerbs(program, terminal, VERBS);
  addCompletion(program, terminal);
  return program;
}

function addVerbs(program: Command, terminal: Terminal, verbs: readonly Verb[]): void {
  for (const { define, short } of verbs) if (short !== undefined) define(program.command(short), terminal);
  for (const [name, description] of Object.entries(NOUNS)) {
    const noun = program.command(name).description(description);
    for (const { define, noun: of, verb } of verbs) if (of === name) define(noun.command(verb), terminal);
  }
}
