import { Fault, messageOf } from '@caisson/kernel';
import { BuiltInPlanner, type BuiltInPlannerPorts, type Planner } from '@caisson/planning';

/** Makes a planner from what every planner may use. A module that is named in the settings exports one. */
export type PlannerFactory = (ports: BuiltInPlannerPorts) => Planner;

const BUILT_IN = 'built-in';

/**
 * The planner that the settings name: `built-in`, or the one of an ES module that exports `createPlanner`, named by its
 * package or `file:` URL.
 *
 * @throws Fault `settings-invalid` when there is no such module or it makes no planner.
 */
export async function loadPlanner(name: string): Promise<PlannerFactory> {
  if (name === BUILT_IN) return (ports) => new BuiltInPlanner(ports);
  const module = await importModule(name);
  const { createPlanner } = module;
  if (typeof createPlanner !== 'function') throw unusable(name, 'It exports no function "createPlanner"');
  return createPlanner as PlannerFactory;
}

async function importModule(name: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(/* @vite-ignore */ name)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw unusable(name, messageOf(error), error);
  }
}

function unusable(name: string, why: string, cause?: unknown): Fault {
  const message = `CAISSON_PLANNER names "${name}", which is no planner. ${why}. Name built-in, or another module.`;
  return new Fault('settings-invalid', message, { retryable: false, cause });
}
