import { expect, it } from 'vitest';
import { Turns } from './turns.js';

const never = new AbortController().signal;

it('runs the work of one name in turn, and that of different names at once', async () => {
  const turns = new Turns();
  const log: string[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const first = turns.take('a', never, async () => {
    log.push('a1');
    await gate;
    log.push('a1 ends');
  });
  const second = turns.take('a', never, () => Promise.resolve(log.push('a2')));
  await turns.take('b', never, () => Promise.resolve(log.push('b1')));
  open();
  await Promise.all([first, second]);
  expect(log).toEqual(['a1', 'b1', 'a1 ends', 'a2']);
});

it('goes on after work that failed', async () => {
  const turns = new Turns();
  const failed = turns.take('a', never, () => Promise.reject(new Error('broken')));
  await expect(failed).rejects.toThrow('broken');
  await expect(turns.take('a', never, () => Promise.resolve(2))).resolves.toBe(2);
});

it('lets go of who waits when told to stop, keeps the order, and does not run that work', async () => {
  const turns = new Turns();
  const stop = new AbortController();
  let open: () => void = () => undefined;
  const first = turns.take('a', never, () => new Promise<void>((resolve) => (open = resolve)));
  let ran = false;
  const second = turns.take('a', stop.signal, () => {
    ran = true;
    return Promise.resolve();
  });
  const third = turns.take('a', never, () => Promise.resolve('third'));
  stop.abort();
  await expect(second).rejects.toMatchObject({ code: 'tool-stopped', errorClass: 'transient' });
  open();
  await first;
  await expect(third).resolves.toBe('third');
  expect(ran).toBe(false);
});
