import type { Failure, Plan } from '@caisson/contracts';
import type { EngineRegistry } from '@caisson/engine';

/**
 * Why a plan is not what would be planned here: an engine is of another version than the one that it was computed with.
 * Undefined when all are the same, as far as that can be known.
 */
export async function changedEngine(
  engines: EngineRegistry,
  plan: Pick<Plan, 'inputs' | 'units'>,
): Promise<Failure | undefined> {
  for (const name of new Set(plan.units.map(({ engine }) => engine))) {
    const [engine, planned] = [engines.get(name), plan.inputs[`engine:${name}`]];
    if (engine === undefined || planned === undefined) continue; // Its tasks say what is wrong.
    const capabilities = await engine.capabilities().catch(() => undefined);
    if (capabilities === undefined || capabilities.version === planned) continue;
    const difference = `is ${capabilities.version} here, and the plan was computed with ${planned}`;
    const message = `The engine "${name}" ${difference}. Retry the run: it is planned again.`;
    return { code: 'plan-inputs-changed', message, diagnostics: [] };
  }
  return undefined;
}
