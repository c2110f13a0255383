import { exitCodeOf, messageFor } from './exit-codes.js';
import { createProgram } from './program.js';
import { Terminal } from './terminal.js';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // Whoever read has seen enough, such as `head`.
  throw error;
});

const terminal = new Terminal(process.env);
try {
  await createProgram(terminal).parseAsync();
} catch (error) {
  terminal.note(terminal.colors.red(messageFor(error)));
  process.exitCode = exitCodeOf(error);
}
