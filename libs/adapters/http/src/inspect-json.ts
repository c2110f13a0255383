import { invariant } from '@caisson/kernel';
import { edgeProblem, type EdgeProblemCode } from './edge-problems.js';
import { escapePointer } from './pointer.js';

/** What one JSON text may hold at most. */
export interface JsonLimits {
  readonly depthMax: number;
  readonly keysPerObjectMax: number;
  readonly itemsPerArrayMax: number;
  readonly textMax: number;
  readonly keyMax: number;
}

/** An object or array that is open at the cursor. */
interface Open {
  /** Keys seen, for an object; undefined for an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  /** Index of the current item, for an array. */
  items: number;
  /** The next text of an object is a key. */
  expectsKey: boolean;
}

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TEXT_END = /["\\]/g;
const LONE_SURROGATE = /\p{Surrogate}/u; // With the u flag a pair is one character and does not match.

/**
 * Looks for what a parser lets pass and we do not. The text must be valid JSON: syntax is not looked at again.
 *
 * @throws HttpProblem with a JSON Pointer to the place.
 */
export function inspectJson(text: string, limits: JsonLimits): void {
  new Inspection(text, limits).run();
}

class Inspection {
  private readonly open: Open[] = [];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {}

  run(): void {
    while (this.at < this.text.length) this.step(this.text.charCodeAt(this.at));
  }

  private step(char: number): void {
    switch (char) {
      case 0x7b: // {
        this.enter(new Set());
        return;
      case 0x5b: // [
        this.enter(undefined);
        return;
      case 0x7d: // }
      case 0x5d: // ]
        this.open.pop();
        break;
      case 0x2c: // ,
        this.nextMember();
        break;
      case 0x22: // "
        this.readText();
        return;
      default:
        if (char === 0x2d || (char >= 0x30 && char <= 0x39)) {
          this.readNumber();
          return;
        }
    }
    this.at += 1;
  }

  private enter(keys: Set<string> | undefined): void {
    if (this.open.length >= this.limits.depthMax) {
      this.refuse('json-too-deep', `There are more than ${this.limits.depthMax} levels here. Send a flatter body.`);
    }
    this.open.push({ keys, key: '', items: 0, expectsKey: keys !== undefined });
    this.at += 1;
  }

  /** A comma: the next member of the innermost object or array begins. */
  private nextMember(): void {
    const top = this.open.at(-1);
    if (top === undefined) return;
    top.expectsKey = top.keys !== undefined;
    if (top.keys !== undefined) return;
    top.items += 1;
    if (top.items >= this.limits.itemsPerArrayMax) {
      this.refuse('json-too-big', `This list has more than ${this.limits.itemsPerArrayMax} items. Send fewer.`);
    }
  }

  private readText(): void {
    const start = this.at;
    const end = this.endOfText(start);
    const raw = this.text.slice(start, end);
    const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    this.at = end;
    const top = this.open.at(-1);
    if (top?.keys !== undefined && top.expectsKey) this.checkKey(top, top.keys, value);
    else if (value.length > this.limits.textMax) {
      this.refuse('json-too-big', `This text is longer than ${this.limits.textMax} characters. Send a shorter one.`);
    }
    this.checkCharacters(value);
  }

  private endOfText(start: number): number {
    TEXT_END.lastIndex = start + 1;
    for (;;) {
      const match = TEXT_END.exec(this.text);
      invariant(match !== null, 'a text without an end in JSON that parsed');
      if (match[0] === '"') return match.index + 1;
      TEXT_END.lastIndex = match.index + 2; // The character after a backslash ends nothing.
    }
  }

  private checkKey(top: Open, keys: Set<string>, key: string): void {
    top.expectsKey = false;
    top.key = key;
    if (FORBIDDEN_KEYS.has(key)) {
      this.refuse('forbidden-key', 'An object here uses a name that every JavaScript object has. Use another key.');
    }
    if (key.length > this.limits.keyMax) {
      this.refuse('json-too-big', `A key here is longer than ${this.limits.keyMax} characters. Use a shorter one.`);
    }
    if (keys.has(key)) this.refuse('duplicate-key', 'An object here has the same key twice. Keep one of them.');
    if (keys.size >= this.limits.keysPerObjectMax) {
      this.refuse('json-too-big', `An object here has more than ${this.limits.keysPerObjectMax} keys. Send fewer.`);
    }
    keys.add(key);
  }

  private checkCharacters(value: string): void {
    if (value.includes('\u0000')) {
      this.refuse('invalid-text', 'The text here holds U+0000, which cannot be stored. Remove it.');
    }
    if (LONE_SURROGATE.test(value)) {
      this.refuse('invalid-text', 'The text here holds half of a surrogate pair, which is no character. Remove it.');
    }
  }

  private readNumber(): void {
    NUMBER.lastIndex = this.at;
    const literal = NUMBER.exec(this.text)?.[0] ?? '';
    const value = Number(literal);
    const isInteger = !/[.eE]/.test(literal);
    if (!Number.isFinite(value) || (isInteger && !Number.isSafeInteger(value))) {
      this.refuse('invalid-number', 'The number here is too large to be kept exactly. Send it as a text.');
    }
    this.at += literal.length;
  }

  private refuse(code: EdgeProblemCode, detail: string): never {
    throw edgeProblem(code, { detail, errors: [{ pointer: this.pointer(), detail }] });
  }

  private pointer(): string {
    return this.open.map((open) => `/${open.keys === undefined ? open.items : escapePointer(open.key)}`).join('');
  }
}
