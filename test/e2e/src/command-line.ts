import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const LIMIT_MS = 60_000;

/** What a command line left. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `caisson` as a person or a script does: its own process, its own folder of settings. */
export class CommandLine {
  readonly #environment: Readonly<Record<string, string>>;

  /** @param environment - besides what every process needs; nothing of this one's own settings gets through. */
  constructor(environment: Readonly<Record<string, string>>) {
    const bin = join(ROOT, 'node_modules', '.bin');
    this.#environment = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: '/nonexistent', ...environment };
  }

  /** Words are arguments of `caisson`. */
  caisson(words: string, input = ''): Promise<Ended> {
    return this.run('caisson', words.split(' '), input);
  }

  run(program: string, words: readonly string[], input = ''): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = this.start(program, words);
      const [stdout, stderr]: [string[], string[]] = [[], []];
      child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk.toString()));
      child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
      child.stdin?.on('error', () => undefined); // It ended without reading.
      child.stdin?.end(input);
      const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(late);
        resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') });
      });
    });
  }

  start(program: string, words: readonly string[]): ChildProcess {
    return spawn(program, words, { cwd: ROOT, env: this.#environment, stdio: 'pipe' });
  }
}
