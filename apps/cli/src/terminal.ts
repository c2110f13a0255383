import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import pc from 'picocolors';

type Environment = Readonly<Record<string, string | undefined>>;

const ANSWER_BYTES_MAX = 10_000;

/** The terminal of a person, or the pipes of a script. Results go to stdout, everything else to stderr. */
export class Terminal {
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
    this.colors = pc.createColors(process.stdout.isTTY && (environment['NO_COLOR'] ?? '') === '');
  }

  /** Whether a person can be asked. */
  get isInteractive(): boolean {
    return process.stdin.isTTY && process.stderr.isTTY;
  }

  /** A line of the result. */
  print(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  /** A line for people beside the result. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** A line that the next one takes the place of, where that can be. */
  progress(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\u001B[2K${text}` : `${text}\n`);
  }

  /** Ends a line of progress. */
  progressEnds(): void {
    if (process.stderr.isTTY) process.stderr.write('\n');
  }

  /** Asks a person; without one the answer is no. */
  async confirm(question: string): Promise<boolean> {
    if (!this.isInteractive) return false;
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
    } finally {
      lines.close();
    }
  }

  /**
   * A secret: from a variable, a pipe, or a person who types it unseen. Others can see arguments.
   *
   * @throws Error that says how to give one, when there was none.
   */
  async secret(question: string, variable: string): Promise<string> {
    const given = this.environment[variable] ?? '';
    if (given !== '') return given;
    const secret = await (process.stdin.isTTY ? this.#typedUnseen(question) : firstLineOf(process.stdin));
    if (secret === '') throw new Error(`No secret was given. Type it, pipe it in, or set ${variable}.`);
    return secret;
  }

  async #typedUnseen(question: string): Promise<string> {
    process.stderr.write(question);
    const output = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: process.stdin, output, terminal: true });
    try {
      return await lines.question('');
    } finally {
      lines.close();
      process.stderr.write('\n');
    }
  }
}

async function firstLineOf(input: AsyncIterable<Buffer | string>): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > ANSWER_BYTES_MAX) throw new Error('What came in on stdin is too long for a secret.');
  }
  return text.split(/\r?\n/)[0] ?? '';
}
