import {
  EngineFailure,
  isWaiting,
  type ApplyResult,
  type Engine,
  type Observation,
  type Waiting,
} from '@caisson/engine';

/**
 * Characters of what an engine may tell of one unit, some kilobytes for each of a hundred resources. An event, the
 * documents of its transaction and what others hear of it say it several times: more could not be recorded at all.
 */
export const ANSWER_LENGTH_MAX = 2 * 1024 * 1024;

const REMEDY =
  `at most ${ANSWER_LENGTH_MAX} characters are recorded of one unit. ` +
  'Put less into outputs and attributes, or make several units of it';

/**
 * An engine that never tells more than can be recorded. What is too large after an apply was made all the same: it
 * fails for good, and what there is counts as changed. Sealed dry runs have a limit of their own.
 */
export function withinLimits(engine: Engine): Engine {
  const applyOrWait = engine.applyOrWait?.bind(engine);
  return {
    name: engine.name,
    capabilities: () => engine.capabilities(),
    health: () => engine.health(),
    validate: (unit, call) => engine.validate(unit, call),
    plan: async (request, call) => {
      const { artifact, ...shown } = await engine.plan(request, call);
      if (isLarger(shown)) throw tooLarge('plan-too-large', request.unit.unitId);
      return artifact === undefined ? shown : { ...shown, artifact };
    },
    apply: async (request, call) => whole(request.unit.unitId, () => engine.apply(request, call)),
    observe: async (unit, call) => readable(await engine.observe(unit, call)),
    destroy: (unit, call) => engine.destroy(unit, call),
    ...(applyOrWait === undefined
      ? {}
      : { applyOrWait: async (request, call) => whole(request.unit.unitId, () => applyOrWait(request, call)) }),
  };
}

async function whole<Answer extends ApplyResult | Waiting>(
  unitId: string,
  apply: () => Promise<Answer>,
): Promise<Answer> {
  const answer = await apply().catch((error: unknown) => {
    if (error instanceof EngineFailure && error.partial !== undefined && isLarger(error.partial)) {
      throw tooLarge('result-too-large', unitId, error);
    }
    throw error;
  });
  if (!isWaiting(answer) && isLarger(answer)) throw tooLarge('result-too-large', unitId);
  return answer;
}

function readable(seen: Observation): Observation {
  return isLarger(seen) ? { outcome: 'unreadable', reason: `It has too much to tell: ${REMEDY}.` } : seen;
}

function tooLarge(code: string, unitId: string, cause?: EngineFailure): EngineFailure {
  const first = cause === undefined ? '' : `${cause.message} `;
  const message = `${first}"${unitId}" has too much to tell: ${REMEDY}.`;
  return new EngineFailure(code, message, {
    errorClass: cause?.errorClass ?? 'permanent',
    ...(cause === undefined ? {} : { diagnostics: cause.diagnostics }),
  });
}

/** Ends at the first character too many, however much there is. */
function isLarger(value: unknown): boolean {
  return lengthLeft(value, ANSWER_LENGTH_MAX) < 0;
}

/** What is left of a length after a JSON value, roughly as it is printed; negative as soon as nothing is. */
function lengthLeft(value: unknown, length: number): number {
  if (typeof value === 'string') return length - value.length;
  if (typeof value !== 'object' || value === null) return length - 1;
  let left = length;
  for (const [key, item] of Object.entries(value)) {
    left = lengthLeft(item, left - key.length);
    if (left < 0) return left;
  }
  return left;
}
