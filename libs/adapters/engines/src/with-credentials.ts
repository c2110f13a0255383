import {
  EngineFailure,
  type CredentialSource,
  type Engine,
  type EngineCall,
  type EngineOperation,
  type UnitInput,
} from '@caisson/engine';
import { messageOf } from '@caisson/kernel';
import { createRedactor, type Redactor } from '@caisson/tool-process';
import { redactedJson } from './redacted-json.js';

type Work<Answer> = (call: EngineCall) => Promise<Answer>;

/**
 * An engine whose calls for a unit with a credential get its values, and give none of them back: not in what they
 * answer, not in what they log, not in how they fail. Sealed plans are left as they are. An engine that takes no
 * credentials refuses such a unit.
 */
export function withCredentials(engine: Engine, source: CredentialSource): Engine {
  const applyOrWait = engine.applyOrWait?.bind(engine);
  const guarded = async <Answer>(
    unit: UnitInput,
    { call, operation }: { readonly call: EngineCall; readonly operation: EngineOperation },
    work: Work<Answer>,
  ): Promise<Answer> => {
    const { credential } = unit;
    if (credential === undefined) return work(call);
    const capabilities = await engine.capabilities();
    if (capabilities.takesCredentials !== true) throw takesNone(engine.name, credential);
    const { actionKey, deploymentId, runId, tenantId } = call;
    const secrets = await source.use({ tenantId, name: credential, operation, deploymentId, runId, actionKey });
    const redactor = createRedactor(Object.values(secrets));
    const ours = new Set([unit.unitId, ...unit.resources.map(({ address }) => address)]);
    return redacting({ redactor, ours }, () =>
      work({ ...call, secrets, log: (line) => call.log(redactor.redact(line)) }),
    );
  };
  return {
    name: engine.name,
    capabilities: () => engine.capabilities(),
    health: () => engine.health(),
    validate: (unit, call) => guarded(unit, { call, operation: 'validate' }, (safe) => engine.validate(unit, safe)),
    plan: (request, call) => guarded(request.unit, { call, operation: 'plan' }, (safe) => engine.plan(request, safe)),
    apply: (request, call) =>
      guarded(request.unit, { call, operation: 'apply' }, (safe) => engine.apply(request, safe)),
    observe: (unit, call) => guarded(unit, { call, operation: 'observe' }, (safe) => engine.observe(unit, safe)),
    destroy: (unit, call) => guarded(unit, { call, operation: 'destroy' }, (safe) => engine.destroy(unit, safe)),
    ...(applyOrWait === undefined
      ? {}
      : {
          applyOrWait: (request, call) =>
            guarded(request.unit, { call, operation: 'apply' }, (safe) => applyOrWait(request, safe)),
        }),
  };
}

interface Redaction {
  readonly redactor: Redactor;
  readonly ours: ReadonlySet<string>;
}

async function redacting<Answer>(redaction: Redaction, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return redactedJson(await work(), redaction.redactor, redaction.ours);
  } catch (error) {
    throw error instanceof EngineFailure ? redactedFailure(error, redaction) : broken(error, redaction.redactor);
  }
}

/** Without its cause, which may quote the tool. */
function redactedFailure(failure: EngineFailure, { ours, redactor }: Redaction): EngineFailure {
  const { code, diagnostics, errorClass, message, partial, untouched } = failure;
  return new EngineFailure(code, redactor.redact(message), {
    errorClass,
    untouched,
    diagnostics: redactedJson(diagnostics, redactor, ours),
    ...(partial === undefined ? {} : { partial: redactedJson(partial, redactor, ours) }),
  });
}

/** What an engine does not say itself may quote its tool too. Nobody knows what was done. */
function broken(error: unknown, redactor: Redactor): EngineFailure {
  const message = `The engine broke: ${redactor.redact(messageOf(error))}`;
  return new EngineFailure('engine-broken', message, { errorClass: 'unknown' });
}

function takesNone(engine: string, credential: string): EngineFailure {
  const message = `The engine ${engine} takes no credentials. Leave out "credential: ${credential}".`;
  return new EngineFailure('credential-not-taken', message, { errorClass: 'permanent', untouched: true });
}
