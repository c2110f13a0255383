import { expect, it } from 'vitest';
import { failureOf, isStalePlan, type FailedCommand } from './failures.js';

const acting = { code: 'apply-failed', doing: 'apply', acting: true };
const reading = { code: 'plan-failed', doing: 'plan', acting: false };
const failed = (summary: string, detail = '', more: Partial<FailedCommand> = {}): FailedCommand => ({
  code: 1,
  timedOut: false,
  aborted: false,
  diagnostics: [{ severity: 'error', summary, detail }],
  ...more,
});

it.each([
  { reason: 'a wrong value stays wrong', summary: 'Invalid value', code: 'apply-failed', errorClass: 'permanent' },
  { reason: 'a busy provider', summary: 'Throttling: Rate exceeded', code: 'apply-failed', errorClass: 'transient' },
  {
    reason: 'a lost connection',
    summary: 'read: connection reset by peer',
    code: 'apply-failed',
    errorClass: 'transient',
  },
  { reason: 'a full disk', summary: 'write: no space left on device', code: 'disk-full', errorClass: 'transient' },
  { reason: 'a held lock', summary: 'Error acquiring the state lock', code: 'state-locked', errorClass: 'transient' },
  {
    reason: 'a lost state',
    summary: 'Failed to persist state to backend',
    code: 'state-not-saved',
    errorClass: 'unknown',
  },
  {
    reason: 'a state that is too large',
    summary: 'Error saving state: HTTP error: 413',
    code: 'state-too-large',
    errorClass: 'unknown',
  },
  {
    reason: 'a fence',
    summary: 'HTTP remote state endpoint invalid auth',
    code: 'state-refused',
    errorClass: 'unknown',
  },
])('$reason is $errorClass', ({ summary, code, errorClass }) => {
  expect(failureOf(failed(summary), acting)).toMatchObject({ code, errorClass });
});

it.each([
  { more: { aborted: true }, code: 'tool-stopped' },
  { more: { timedOut: true }, code: 'tool-timed-out' },
  { more: { code: undefined }, code: 'tool-killed' },
])('a stopped command leaves an unknown outcome only where it acts: $code', ({ more, code }) => {
  expect(failureOf(failed('x', '', more), acting)).toMatchObject({ code, errorClass: 'unknown' });
  expect(failureOf(failed('x', '', more), reading)).toMatchObject({ code, errorClass: 'transient' });
});

it('names the first error and counts the others; warnings are no reasons', () => {
  const command = failed('First.', '', {
    diagnostics: [
      { severity: 'warning', summary: 'Careful' },
      { severity: 'error', summary: 'First.', address: 'main.tf line 1' },
      { severity: 'error', summary: 'Second' },
    ],
  });
  const failure = failureOf(command, reading);
  expect(failure.message).toBe('Terraform could not plan. First at main.tf line 1 (and 1 more).');
  expect(failure.diagnostics).toHaveLength(2);
});

it('knows a stale plan', () => {
  expect(isStalePlan(failed('Saved plan is stale', 'The given plan file can no longer be applied'))).toBe(true);
  expect(isStalePlan(failed('Invalid value'))).toBe(false);
});

it.each([
  { misbehaved: 'too-much-output', context: acting, code: 'tool-output-limit', errorClass: 'unknown' },
  { misbehaved: 'too-much-output', context: reading, code: 'tool-output-limit', errorClass: 'permanent' },
  { misbehaved: 'folder-full', context: acting, code: 'tool-folder-limit', errorClass: 'unknown' },
  { misbehaved: 'left-processes', context: acting, code: 'tool-left-processes', errorClass: 'permanent' },
] as const)(
  'a tool with $misbehaved while $context.doing is $errorClass',
  ({ misbehaved, context, code, errorClass }) => {
    const command = { ...failed(''), code: undefined, diagnostics: [], misbehaved };
    expect(failureOf(command, context)).toMatchObject({ code, errorClass });
  },
);
