import { describeEvents } from '@caisson/contracts';
import { Parser, type Diagnostic } from '@asyncapi/parser';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './repository.js';

describe('docs/reference/asyncapi.json', () => {
  const text = `${JSON.stringify(describeEvents(), undefined, 2)}\n`;

  it('describes the public events', async () => {
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/reference/asyncapi.json'));
  });

  it('is a valid AsyncAPI 3 document by the official parser, which finds every message in it', async () => {
    const { diagnostics, document } = await new Parser().parse(text);
    expect(errorsIn(diagnostics)).toEqual([]);
    const messages = document?.allMessages().map((message) => message.id());
    expect(messages?.sort()).toEqual(Object.keys(describeEvents().components.messages).sort());
  });

  it('is refused by the parser when it is not one', async () => {
    const { diagnostics, document } = await new Parser().parse(text.replace('"action": "send"', '"action": "sing"'));
    expect(document).toBeUndefined();
    expect(errorsIn(diagnostics)).not.toEqual([]);
  });
});

function errorsIn(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.filter(({ severity }) => String(severity) === '0').map(({ message }) => message);
}
