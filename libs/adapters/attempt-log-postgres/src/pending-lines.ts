/** Lines kept of one attempt while one process works on it. */
export const LINES_MAX = 10_000;

/** Characters kept of them. */
export const CHARACTERS_MAX = 2 * 1024 * 1024;

/** What waits to be written of one attempt; counts what it has taken, so that a tool that never stops is cut off. */
export class PendingLines {
  #lines: string[] = [];
  #taken = 0;
  #characters = 0;
  #isCut = false;

  add(line: string): void {
    if (this.#isCut) return;
    const text = storable(line);
    this.#taken += 1;
    this.#characters += text.length;
    this.#isCut = this.#taken > LINES_MAX || this.#characters > CHARACTERS_MAX;
    this.#lines.push(this.#isCut ? '(The rest is left out. The end is with the task.)' : text);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /** Takes all lines. */
  take(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }
}

/** One line that Postgres can keep. */
function storable(line: string): string {
  return line
    .replaceAll('\u0000', '\uFFFD')
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .replaceAll(/\r?\n/g, ' ');
}
