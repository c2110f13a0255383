import { cutText } from '@caisson/kernel';

/** Lines kept of one attempt. */
const LINES_MAX = 50;

/** Characters kept of one line. */
const LINE_LENGTH_MAX = 500;

/** The last lines of a tool's output: enough to see what went wrong, bounded whatever a tool writes. */
export class LogTail {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line.length > LINE_LENGTH_MAX ? `${cutText(line, LINE_LENGTH_MAX)}…` : line);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }

  get lines(): readonly string[] {
    return [...this.#lines];
  }
}
