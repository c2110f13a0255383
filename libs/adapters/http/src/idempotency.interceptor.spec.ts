import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { lastValueFrom, of, throwError } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { edgeProblem } from './edge-problems.js';
import { IdempotencyInterceptor } from './idempotency.interceptor.js';
import type { IdempotentAnswers, KeyState } from './idempotent-answers.js';
import { Operation, type OperationOptions } from './operation.js';

function setUp(operation: Partial<OperationOptions>, state: KeyState = { state: 'claimed', claim: 'c' }) {
  const answers = {
    claim: vi.fn<IdempotentAnswers['claim']>(async () => state),
    keep: vi.fn<IdempotentAnswers['keep']>(async () => undefined),
    release: vi.fn<IdempotentAnswers['release']>(async () => undefined),
  };
  const troubles: unknown[] = [];
  const interceptor = new IdempotencyInterceptor({
    ...{ answers, secret: 's', onTrouble: (error) => troubles.push(error) },
  });
  const handler = (): void => undefined;
  Operation({ summary: 'Do', access: 'authenticated', ...operation })({}, 'do', { value: handler });
  const headers: Record<string, string> = { etag: '"7"', 'x-other': 'y' };
  const reply = {
    statusCode: 202,
    getHeader: (name: string) => headers[name],
    header: (name: string, value: string) => (headers[name] = value),
  };
  const request = { method: 'POST', url: '/x', headers: { 'idempotency-key': 'k' }, body: { secret: 'hunter2' } };
  const context = {
    getType: () => 'http',
    getHandler: () => handler,
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => reply }),
  } as unknown as ExecutionContext;
  const run = async (next: CallHandler): Promise<unknown> => lastValueFrom(await interceptor.intercept(context, next));
  return { answers, run, troubles, headers };
}

const done: CallHandler = { handle: () => of({ id: 1 }) };

it('keeps the answer with the headers that matter', async () => {
  const { answers, run } = setUp({});
  expect(await run(done)).toEqual({ id: 1 });
  expect(answers.keep).toHaveBeenCalledWith(expect.objectContaining({ tenantId: 'public', key: 'k' }), 'c', {
    status: 202,
    headers: { etag: '"7"' },
    body: { id: 1 },
  });
  expect(JSON.stringify(answers.keep.mock.calls)).not.toContain('hunter2');
});

it('keeps that it was done, and not the answer, where that is a secret', async () => {
  const { answers, run } = setUp({ secretAnswer: true });
  await run(done);
  expect(answers.keep).toHaveBeenCalledWith(expect.anything(), 'c', undefined);
  const again = setUp({ secretAnswer: true }, { state: 'not-kept' });
  await expect(again.run(done)).rejects.toMatchObject({ code: 'idempotent-answer-not-kept', status: 409 });
});

it('leaves it to the operation where anybody exchanges one secret for another', async () => {
  const { answers, run } = setUp({ secretAnswer: true, access: 'public' });
  expect(await run(done)).toEqual({ id: 1 });
  expect(answers.claim).not.toHaveBeenCalled();
});

it.each([
  ['permission-denied', true],
  ['not-found', true],
  ['precondition-failed', true],
  ['unprocessable-request', true],
  ['invalid-request', false],
  ['precondition-required', false],
  ['service-unavailable', false],
  ['internal-error', false],
] as const)('of a refusal %s it is %s that it is kept', async (code, isKept) => {
  const { answers, run } = setUp({});
  await expect(run({ handle: () => throwError(() => edgeProblem(code, 'no')) })).rejects.toMatchObject({ code });
  expect([answers.keep.mock.calls.length, answers.release.mock.calls.length]).toEqual(isKept ? [1, 0] : [0, 1]);
});

it('answers although the answer could not be kept, and tells the operator', async () => {
  const { answers, run, troubles } = setUp({});
  answers.keep.mockRejectedValue(new Error('away'));
  expect(await run(done)).toEqual({ id: 1 });
  expect(troubles).toHaveLength(1);
});
