import { describe, expect, it } from 'vitest';
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
});
