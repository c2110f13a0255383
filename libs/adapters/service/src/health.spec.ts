import { describe, expect, it } from 'vitest';
import { systemClock } from '@caisson/system';
import { Health } from './health.js';

const well = { ready: true, alive: true };

describe('health', () => {
  it('is ready when every part is', async () => {
    const health = new Health();
    health.watch('postgres', () => well);
    health.watch('consumer', () => Promise.resolve({ ...well, ready: false, detail: 'joining' }));
    expect(await health.status()).toMatchObject({
      ready: false,
      alive: true,
      parts: { consumer: { detail: 'joining' } },
    });
  });

  it('is not alive when one part needs a restart', async () => {
    const health = new Health();
    health.watch('consumer', () => ({ ready: false, alive: false }));
    expect(await health.status()).toMatchObject({ alive: false });
  });

  it('is no longer ready while it stops, and still alive', async () => {
    const health = new Health();
    health.watch('postgres', () => well);
    health.drain();
    expect(await health.status()).toMatchObject({ ready: false, alive: true, detail: 'stopping' });
  });

  it('waits for the last part, and no longer than it is told', async () => {
    const health = new Health();
    let looks = 0;
    health.watch('consumer', () => ({ ready: ++looks === 3, alive: true }));
    expect(await health.untilReady(60_000, systemClock)).toMatchObject({ ready: true });
    expect(looks).toBe(3);
    expect(await health.untilReady(0, systemClock)).toMatchObject({
      ready: false,
      parts: { consumer: { ready: false } },
    });
  });
});
