import { expect, it } from 'vitest';
import { readMessage } from './terraform-messages.js';

const diagnosticLine = (diagnostic: object): string =>
  JSON.stringify({ '@level': 'error', '@message': 'Error: x', type: 'diagnostic', diagnostic });

it('gives the messages that people need to the log, and the others not', () => {
  expect(readMessage(JSON.stringify({ '@message': 'a: Creating...', type: 'apply_start' })).text).toBe(
    'a: Creating...',
  );
  expect(readMessage(JSON.stringify({ '@message': 'Terraform 1.11.4', type: 'version' })).text).toBeUndefined();
});

it('passes on lines that are no JSON', () => {
  expect(readMessage('panic: oh').text).toBe('panic: oh');
  expect(readMessage('{"half').text).toBe('{"half');
  expect(readMessage('  ').text).toBeUndefined();
});

it.each(['Failed to persist state: HTTP error: 413', 'Error: Backend initialization required'])(
  'knows an error in plain words: %s',
  (line) => {
    const summary = line.replace('Error: ', '');
    expect(readMessage(line)).toEqual({ text: line, diagnostic: { severity: 'error', summary } });
    expect(readMessage(`it said "${line}"`).diagnostic).toBeUndefined();
  },
);

it('reads where a diagnostic is, and leaves advice for terminals out', () => {
  const { diagnostic, text } = readMessage(
    diagnosticLine({
      severity: 'error',
      summary: 'Invalid expression',
      detail: 'Expected more.\n\nTo see which modules are currently depending on x, run terraform providers',
      range: { filename: 'main.tf', start: { line: 3, column: 1, byte: 9 } },
    }),
  );
  expect(diagnostic).toEqual({
    severity: 'error',
    summary: 'Invalid expression',
    detail: 'Expected more.',
    address: 'main.tf line 3',
  });
  expect(text).toBe('Error: Invalid expression at main.tf line 3: Expected more.');
});

it('prefers the address of a resource, and keeps the line', () => {
  const given = {
    severity: 'error',
    summary: 'S',
    detail: 'D',
    address: 'x.y',
    range: { filename: 'm.tf', start: { line: 1 } },
  };
  expect(readMessage(diagnosticLine(given)).diagnostic).toEqual({
    severity: 'error',
    summary: 'S',
    detail: 'D (m.tf line 1)',
    address: 'x.y',
  });
});

it('drops a diagnostic that only introduces others', () => {
  const introduction = 'Terraform encountered problems during initialisation, including problems\nwith …';
  expect(readMessage(diagnosticLine({ severity: 'error', summary: introduction, detail: '' }))).toMatchObject({
    diagnostic: undefined,
    text: undefined,
  });
});

it('reads what was changed, and not what would be', () => {
  const summary = (operation: string): string =>
    JSON.stringify({ '@message': 'm', type: 'change_summary', changes: { add: 1, change: 2, remove: 3, operation } });
  expect(readMessage(summary('apply')).changes).toEqual({ add: 1, change: 2, remove: 3 });
  expect(readMessage(summary('plan')).changes).toBeUndefined();
});
