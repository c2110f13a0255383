/** What happened, step by step, as a number to compare and, when wanted, as lines to read. */
export class Trace {
  readonly #keeps: boolean;
  readonly #lines: string[] = [];
  #hash = 0x811c9dc5;
  #steps = 0;

  /** Lines cost time: only a run that is to be read keeps them. */
  constructor(options: { readonly keeps: boolean }) {
    this.#keeps = options.keeps;
  }

  /** One step of the schedule. */
  step(atMs: number, label: string): void {
    this.#steps += 1;
    this.#mix(`${atMs.toFixed(3)} ${label}`);
    this.#keep(atMs, `#${this.#steps} ${label}`);
  }

  /** Something worth telling that happened within a step. */
  tell(atMs: number, what: string): void {
    this.#mix(what);
    this.#keep(atMs, `    ${what}`);
  }

  /** Equal for runs that went the same way. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  get steps(): number {
    return this.#steps;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  #keep(atMs: number, text: string): void {
    if (this.#keeps) this.#lines.push(`${(atMs / 1000).toFixed(3).padStart(9)} s  ${text}`);
  }

  /** FNV-1a. */
  #mix(text: string): void {
    let hash = this.#hash;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#hash = hash;
  }
}
