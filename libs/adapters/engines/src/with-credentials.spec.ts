import {
  DRY_RUN_UNAVAILABLE,
  EngineFailure,
  type CredentialSource,
  type Engine,
  type EngineCall,
} from '@caisson/engine';
import { describe, expect, it } from 'vitest';
import { withCredentials } from './with-credentials.js';

const SECRET = 'open sesame';
const FORMS = [SECRET, Buffer.from(SECRET).toString('hex'), encodeURIComponent(SECRET)];
const source: CredentialSource = { use: async ({ name }) => ({ TOKEN: SECRET, NAME: name }) };

const resources = [{ address: 'a', type: 'module', properties: {}, dependsOn: [] }];
const unit = { unitId: 'a', provider: 'p', credential: 'deployer', resources };
const applied = { resources: [], evidence: {} };

/** An engine that tells whatever it gets. */
function indiscreet(takesCredentials: boolean): Engine {
  const said = ({ secrets, log }: EngineCall): string[] => {
    const [form] = Object.values(secrets ?? {});
    log(`said ${form ?? 'nothing'}`);
    return form === undefined ? [] : [form, ...FORMS.map((text) => `in ${text}`)];
  };
  return {
    name: 'tool',
    capabilities: async () => ({
      ...{ types: [], dryRun: true, resourcesPerUnitMax: 1, alone: [], version: '1' },
      ...(takesCredentials ? { takesCredentials: true as const } : {}),
    }),
    validate: async (_unit, call) => said(call).map((detail) => ({ severity: 'warning', summary: 's', detail })),
    plan: async (_request, call) => ({
      ...{ action: 'create', resources: [], artifact: Buffer.from(SECRET) },
      changes: said(call).map((after) => ({
        ...{ resource: 'a', address: 'a', action: 'create' as const },
        attributes: [{ path: after, after, sensitive: false, unknown: false }],
      })),
    }),
    apply: async (_request, call) => {
      const [text = ''] = said(call);
      throw new EngineFailure('failed', text, {
        errorClass: 'unknown',
        diagnostics: [{ severity: 'error', summary: text, detail: text }],
        partial: { resources: [], evidence: { text } },
        cause: new Error(text),
      });
    },
    observe: async (_unit, call) => ({ outcome: 'unreadable', reason: said(call).join() }),
    destroy: async (_unit, call) => ({ said: said(call) }),
    health: async () => ({ healthy: true }),
  };
}

function call(lines: string[]): EngineCall {
  return {
    ...{ tenantId: 't', deploymentId: 'd', runId: 'r', actionKey: 'd/r/a', fencingToken: 1 },
    signal: new AbortController().signal,
    log: (line) => lines.push(line),
  };
}

describe('an engine with credentials', () => {
  const engine = withCredentials(indiscreet(true), source);

  it('gives none of their values back, whatever it is asked', async () => {
    const lines: string[] = [];
    const plan = await engine.plan({ unit, unknowns: [], destroy: false }, call(lines));
    const failure = await engine.apply({ unit }, call(lines)).catch((error: unknown) => error as EngineFailure);
    const { cause, code, diagnostics, errorClass, message, partial } = failure as EngineFailure;
    expect({ cause, code, errorClass, message }).toEqual({
      ...{ cause: undefined, code: 'failed', errorClass: 'unknown', message: '(sensitive)' },
    });
    const answers = [
      await engine.validate(unit, call(lines)),
      { ...plan, artifact: undefined },
      { diagnostics, partial },
      await engine.observe(unit, call(lines)),
      await engine.destroy(unit, call(lines)),
    ];
    for (const answer of [...answers, lines]) {
      expect(JSON.stringify(answer)).toContain('(sensitive)');
      for (const form of FORMS) expect(JSON.stringify(answer)).not.toContain(form);
    }
    expect(Buffer.from(plan.artifact ?? []).toString()).toBe(SECRET);
  });

  it('leaves what we said ourselves as it is, however careless a value is', async () => {
    const careless: CredentialSource = { use: async () => ({ ENVIRONMENT: 'production', WORD: 'unreadable' }) };
    const of = { ...unit, resources: [{ ...resources[0]!, address: 'production' }] };
    const observing: Engine = {
      ...indiscreet(true),
      observe: async () => ({
        outcome: 'observed',
        resources: [{ address: 'production', outputs: { of: 'production-1' }, expected: {} }],
      }),
      plan: () => Promise.reject(new SyntaxError('"production-1" is no JSON')),
    };
    const engine = withCredentials(observing, careless);
    expect(await engine.observe(of, call([]))).toEqual({
      outcome: 'observed',
      resources: [{ address: 'production', outputs: { of: '(sensitive)-1' }, expected: {} }],
    });
    await expect(engine.plan({ unit: of, unknowns: [], destroy: false }, call([]))).rejects.toMatchObject({
      ...{ name: 'EngineFailure', errorClass: 'unknown' },
      message: 'The engine broke: "(sensitive)-1" is no JSON',
    });
  });

  it('gets none for a unit that names none', async () => {
    const lines: string[] = [];
    const { credential: _, ...plain } = unit;
    await engine.destroy(plain, call(lines));
    expect(lines).toEqual(['said nothing']);
  });

  it('says what is wrong with a credential before the engine is asked', async () => {
    const none: CredentialSource = {
      use: () => Promise.reject(new EngineFailure('credential-not-found', 'no such', { errorClass: 'permanent' })),
    };
    const asked: string[] = [];
    const refused = withCredentials(indiscreet(true), none).validate(unit, call(asked));
    await expect(refused).rejects.toMatchObject({ code: 'credential-not-found', errorClass: 'permanent' });
    expect(asked).toEqual([]);
  });

  it('fails as the engine does', async () => {
    const cannot = new EngineFailure(DRY_RUN_UNAVAILABLE, 'no plugin', { errorClass: 'permanent' });
    const failing = withCredentials({ ...indiscreet(true), validate: () => Promise.reject(cannot) }, source);
    const { credential: _, ...plain } = unit;
    for (const either of [unit, plain])
      await expect(failing.validate(either, call([]))).rejects.toMatchObject({ code: DRY_RUN_UNAVAILABLE });
  });

  it('waits only where the engine can', async () => {
    expect(engine.applyOrWait).toBeUndefined();
    const waiting = { ...indiscreet(true), applyOrWait: async () => applied };
    expect(await withCredentials(waiting, source).applyOrWait?.({ unit }, call([]))).toEqual(applied);
  });
});

it('an engine that takes none refuses a unit with one', async () => {
  const engine = withCredentials(indiscreet(false), source);
  await expect(engine.validate(unit, call([]))).rejects.toMatchObject({
    ...{ code: 'credential-not-taken', errorClass: 'permanent', untouched: true },
    message: 'The engine tool takes no credentials. Leave out "credential: deployer".',
  });
  await expect(engine.apply({ unit }, call([]))).rejects.toMatchObject({ code: 'credential-not-taken' });
});
