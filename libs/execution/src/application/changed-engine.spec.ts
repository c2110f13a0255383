import type { Plan } from '@caisson/contracts';
import type { Engine } from '@caisson/engine';
import { describe, expect, it } from 'vitest';
import { changedEngine } from './changed-engine.js';

const units = ['terraform', 'terraform', 'sandbox'].map((engine) => ({ engine })) as Plan['units'];

function engines(versions: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, Engine> {
  const entries = Object.entries(versions).map(([name, version]) => {
    const capabilities = () =>
      version === undefined ? Promise.reject(new Error('away')) : Promise.resolve({ types: [], dryRun: true, version });
    return [name, { name, capabilities } as unknown as Engine] as const;
  });
  return new Map(entries);
}

describe('an engine of another version than the plan', () => {
  const inputs = { 'engine:terraform': '1.9.8', 'engine:sandbox': '1.0.0' };

  it('is named with both versions', async () => {
    const failure = await changedEngine(engines({ terraform: '1.10.0', sandbox: '1.0.0' }), { units, inputs });
    expect(failure).toMatchObject({ code: 'plan-inputs-changed' });
    expect(failure?.message).toContain('"terraform" is 1.10.0 here, and the plan was computed with 1.9.8');
  });

  it('is nobody when all are the same, are away, or the plan does not say', async () => {
    expect(await changedEngine(engines({ terraform: '1.9.8', sandbox: '1.0.0' }), { units, inputs })).toBeUndefined();
    expect(await changedEngine(engines({ terraform: undefined }), { units, inputs })).toBeUndefined();
    expect(await changedEngine(engines({ terraform: '2.0.0' }), { units, inputs: {} })).toBeUndefined();
  });
});
