import { StringDecoder } from 'node:string_decoder';

/** Bounds of what is kept of a tool's output. */
export interface OutputLimits {
  /** Bytes of one stream that are split into lines; the rest is read and dropped. */
  readonly bytesMax: number;
  /** Lines of one stream; the rest is read and dropped. */
  readonly linesMax: number;
  /** Characters of one line; the rest of it is dropped. */
  readonly lineLengthMax: number;
}

/** One line without its end. `cut` = more of it was dropped. */
export type LineListener = (line: string, cut: boolean) => void;

/** Splits a byte stream into lines, with bounded memory. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #limits: OutputLimits;
  readonly #onLine: LineListener;
  #bytes = 0;
  #lines = 0;
  #pending = '';
  #cut = false;
  #truncated = false;

  constructor(limits: OutputLimits, onLine: LineListener) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  /** Whether anything was dropped so far. */
  get truncated(): boolean {
    return this.#truncated;
  }

  /** Takes the next bytes and gives the lines that they complete. */
  push(chunk: Uint8Array): void {
    const room = this.#limits.bytesMax - this.#bytes;
    this.#bytes += chunk.length;
    if (chunk.length > room || this.#isFull()) this.#truncated = true;
    if (room > 0 && !this.#isFull()) this.#split(chunk.subarray(0, room));
    if (chunk.length > room) this.#cut = true; // The line in hand may have gone on in what is dropped.
  }

  /** Gives the last line if it had no end. */
  end(): void {
    if (this.#isFull()) return;
    this.#extend(this.#decoder.end());
    if (this.#pending !== '') this.#emit();
  }

  #split(bytes: Uint8Array): void {
    const text = this.#decoder.write(Buffer.from(bytes));
    const [first = '', ...rest] = text.split('\n');
    this.#extend(first);
    for (const part of rest) {
      this.#emit();
      if (this.#isFull()) return;
      this.#extend(part);
    }
  }

  #extend(text: string): void {
    const room = this.#limits.lineLengthMax - this.#pending.length;
    if (text.length > room) {
      this.#cut = true;
      this.#truncated = true;
    }
    this.#pending += text.slice(0, Math.max(room, 0));
  }

  #emit(): void {
    const line = this.#pending;
    const cut = this.#cut;
    this.#pending = '';
    this.#cut = false;
    this.#lines += 1;
    this.#onLine(line, cut);
  }

  #isFull(): boolean {
    return this.#lines >= this.#limits.linesMax;
  }
}

// Terminal control sequences: CSI and OSC (ECMA-48, sections 5.4 and 8.3), then other two-byte escapes.
// eslint-disable-next-line no-control-regex -- these are the characters to remove.
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
// eslint-disable-next-line no-control-regex -- these are the characters to remove.
const CONTROL_CHARACTER = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Removes terminal control sequences, control characters but tab, and marks that reverse the reading direction. */
export function plainText(line: string): string {
  return line.replaceAll(ESCAPE_SEQUENCE, '').replaceAll(CONTROL_CHARACTER, '');
}
