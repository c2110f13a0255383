import {
  EngineFailure,
  type CredentialSource,
  type Engine,
  type EngineCall,
  type EngineOperation,
  type UnitInput,
} from '@caisson/engine';
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
    { credential }: Pick<UnitInput, 'credential'>,
    { call, operation }: { readonly call: EngineCall; readonly operation: EngineOperation },
    work: Work<Answer>,
  ): Promise<Answer> => {
    if (credential === undefined) return work(call);
    const capabilities = await engine.capabilities();
    if (capabilities.takesCredentials !== true) throw takesNone(engine.name, credential);
    const { actionKey, deploymentId, runId, tenantId } = call;
    const secrets = await source.use({ tenantId, name: credential, operation, deploymentId, runId, actionKey });
    const redactor = createRedactor(Object.values(secrets));
    return redacting(redactor, () => work({ ...call, secrets, log: (line) => call.log(redactor.redact(line)) }));
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

async function redacting<Answer>(redactor: Redactor, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return redactedJson(await work(), redactor);
  } catch (error) {
    throw error instanceof EngineFailure ? redactedFailure(error, redactor) : error;
  }
}

/** Without its cause, which may quote the tool. */
function redactedFailure(failure: EngineFailure, redactor: Redactor): EngineFailure {
  const { code, diagnostics, errorClass, message, partial } = failure;
  return new EngineFailure(code, redactor.redact(message), {
    errorClass,
    diagnostics: redactedJson(diagnostics, redactor),
    ...(partial === undefined ? {} : { partial: redactedJson(partial, redactor) }),
  });
}

function takesNone(engine: string, credential: string): EngineFailure {
  const message = `The engine ${engine} takes no credentials. Leave out "credential: ${credential}".`;
  return new EngineFailure('credential-not-taken', message, { errorClass: 'permanent' });
}
