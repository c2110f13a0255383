import type { AttributeChange, ChangeAction, PlannedChange } from '@caisson/contracts';
import { describe, expect, it } from 'vitest';
import { onlyFinishes } from './remaining-changes.js';

type Attribute = Pick<AttributeChange, 'path'> & Partial<AttributeChange>;

function change(address: string, action: ChangeAction, ...attributes: Attribute[]): PlannedChange {
  const full = attributes.map((attribute) => ({ sensitive: false, unknown: false, ...attribute }));
  return { unitId: 'base', resource: 'base', address, action, attributes: full };
}

const approved = [
  change('a', 'create', { path: 'size', after: 1 }, { path: 'id', unknown: true }, { path: 'key', sensitive: true }),
  change('b', 'update', { path: 'size', before: 1, after: 2 }),
  change('c', 'replace', { path: 'size', after: 3 }),
  change('d', 'delete', { path: 'size', before: 4 }),
];

describe('a dry run after an attempt that was cut off', () => {
  it.each([
    { reason: 'nothing is left', left: [] },
    { reason: 'a part of it is left', left: [approved[1]!, approved[3]!] },
    { reason: 'what was half made is made anew', left: [change('a', 'replace', { path: 'size', after: 1 })] },
    { reason: 'a value that was open is known now', left: [change('a', 'create', { path: 'id', after: 'x' })] },
    { reason: 'a part of what was open is known now', left: [change('a', 'create', { path: 'id.0', after: 'x' })] },
    { reason: 'a secret stays one', left: [change('a', 'create', { path: 'key', sensitive: true, after: '***' })] },
    { reason: 'the old one of a replacement is gone', left: [change('c', 'create', { path: 'size', after: 3 })] },
    { reason: 'something that does not change is named', left: [change('z', 'none')] },
  ])('finishes what was approved when $reason', ({ left }) => {
    expect(onlyFinishes(approved, left)).toBe(true);
  });

  it.each([
    { reason: 'something else changes', left: [change('z', 'update')] },
    { reason: 'an update became a replacement', left: [change('b', 'replace', { path: 'size', after: 2 })] },
    { reason: 'a removal became a change', left: [change('d', 'update', { path: 'size', after: 4 })] },
    { reason: 'a value is another one', left: [change('a', 'create', { path: 'size', after: 9 })] },
    { reason: 'a value changes that was to stay', left: [change('b', 'update', { path: 'flavor', after: 'big' })] },
  ])('needs a new approval when $reason', ({ left }) => {
    expect(onlyFinishes(approved, left)).toBe(false);
  });
});
