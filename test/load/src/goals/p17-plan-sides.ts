import { createHash } from 'node:crypto';
import type { AppliedUnit, DesiredState, Plan } from '@caisson/contracts';
import { layersOf } from '@caisson/kernel';
import { BUILT_IN_TABLES, planOf, TypeLookup, type PlanInputs } from '@caisson/planning';
import type { Figures, Side } from '../harness/goal.js';

/** A request of n nodes as it comes in, and what must come out. */
export interface PlanQuestion {
  readonly nodes: number;
  readonly text: string;
  readonly edges: number;
  readonly waves: number;
}

const SEED = 17;
const NEAR_SHARE = 20;
const LOOKUP = new TypeLookup(BUILT_IN_TABLES);
const TYPES = Object.keys(BUILT_IN_TABLES.typeTable.content.types);

/**
 * A desired state of n nodes in random order; each depends on 0 to `needsMax` of the up to n/20 before it, so with 3 on
 * 1.5 others. The same n gives the same text.
 */
export function planQuestion(nodes: number, needsMax = 3): PlanQuestion {
  const random = seeded(SEED);
  const near = Math.max(1, Math.floor(nodes / NEAR_SHARE));
  let edges = 0;
  const resources = Array.from({ length: nodes }, (_, index) => {
    const before = new Set<number>();
    const wanted = Math.min(index, Math.floor(random() * (needsMax + 1)));
    for (let drawn = 0; drawn < wanted; drawn += 1)
      before.add(index - 1 - Math.floor(random() * Math.min(near, index)));
    edges += before.size;
    const type = TYPES[Math.floor(random() * TYPES.length)] ?? '';
    return {
      ...{ name: `node-${index}`, type, provider: 'aws', properties: { size: index % 10 } },
      dependsOn: [...before].map((other) => `node-${other}`),
      ...{ tags: {}, checks: [] },
    };
  });
  for (let place = resources.length - 1; place > 0; place -= 1) {
    const other = Math.floor(random() * (place + 1));
    [resources[place], resources[other]] = [resources[other] as Resource, resources[place] as Resource];
  }
  const desired = { name: 'bench', environment: 'staging', strategy: 'rolling', outputs: {}, triggers: [], resources };
  const text = JSON.stringify(desired);
  return { nodes, text, edges, waves: floorPlan(text).waves.length };
}

interface Resource {
  name: string;
  type: string;
  provider: string;
  properties: { size: number };
  dependsOn: string[];
  tags: object;
  checks: never[];
}

/**
 * FL9: parse, resolve ids, Kahn on typed arrays, cost, risk, one serialisation, one hash. It prints the resources as
 * they came and the waves as numbers, in whatever order of keys. It checks nothing, makes no units, maps no type to an
 * engine, copies no engine's answer, has no critical path, and no digests of what the plan follows from. Our plan is
 * 3.6 times as long, so that printing and hashing it alone costs one and a half of the whole floor.
 */
function floorPlan(text: string): { readonly waves: readonly (readonly number[])[]; readonly digest: string } {
  const { resources } = JSON.parse(text) as { resources: Resource[] };
  const indexOf = new Map(resources.map(({ name }, index) => [name, index]));
  const [from, to]: [number[], number[]] = [[], []];
  let cost = 0;
  let priority = 0;
  resources.forEach(({ dependsOn, type }, index) => {
    for (const name of dependsOn) {
      from.push(indexOf.get(name) ?? -1);
      to.push(index);
    }
    const facts = LOOKUP.facts('', type);
    cost += facts.costPerMonth;
    priority = Math.max(priority, facts.priority);
  });
  const graph = { nodeCount: resources.length, from: Int32Array.from(from), to: Int32Array.from(to) };
  const layering = layersOf(graph);
  if (layering.outcome === 'cyclic') throw new Error('the request has a circle');
  const plan = JSON.stringify({ resources, waves: layering.layers, cost, priority });
  return { waves: layering.layers, digest: createHash('sha256').update(plan).digest('hex') };
}

/** The floor. */
export function floorSide(question: PlanQuestion): Side {
  return fastestTurn(`floor, ${question.nodes}`, () => {
    if (floorPlan(question.text).waves.length !== question.waves) throw new Error('the floor lost a wave');
  });
}

/** Ours: the pure part of a planning, the answers of the engines given. `check` sees each plan. */
export function planSide(question: PlanQuestion, check?: (plan: Plan) => void): Side {
  const engineTypes = BUILT_IN_TABLES.typeTable.content.mappings.map(({ engineType }) => engineType);
  const offer = { outcome: 'available', version: '1', types: engineTypes, takesPlugins: true } as const;
  // A unit for each, so that both sides order as many nodes.
  const engines = [['terraform', { ...offer, resourcesPerUnitMax: 1, alone: [] }]] as const;
  const { resources } = JSON.parse(question.text) as { resources: Resource[] };
  const findings = resources.map(
    ({ name, properties }) =>
      [name, { action: 'create', changes: [], resources: [{ address: name, action: 'create', properties }] }] as const,
  );
  const { priceBook, typeTable } = BUILT_IN_TABLES;
  return fastestTurn(`Caisson, ${question.nodes}`, () => {
    const desired = JSON.parse(question.text) as DesiredState;
    const applied: AppliedUnit[] = [];
    const run = { deploymentId: 'd', runId: 'r', revision: 1, round: 1 };
    const request: PlanInputs['request'] = { ...run, kind: 'create', desired, applied };
    const inputs: PlanInputs = { planner: 'bench', request, typeTable, priceBook, engines, findings };
    const plan = planOf(inputs, BUILT_IN_TABLES);
    if ('outcome' in plan) throw new Error(plan.diagnostics[0]?.summary);
    if (plan.units.length !== question.nodes || plan.edges.length !== question.edges)
      throw new Error('nodes or edges were lost');
    if (plan.waves.length !== question.waves) throw new Error(`${plan.waves.length} waves, not ${question.waves}`);
    check?.(plan);
  });
}

/** The clock of processor time goes by some microseconds: shorter turns are timed together. */
const TIMED_MS_MIN = 2;

/** Repeats until the slice is over; the fastest of its turns, since what disturbs only slows down. */
export function fastestTurn(name: string, turn: () => void): Side {
  return {
    name,
    measure: async (sliceMs): Promise<Figures> => {
      const deadline = performance.now() + sliceMs;
      let cpuMs = Infinity;
      let [turns, together] = [0, 1];
      do {
        const before = process.cpuUsage();
        for (let repeat = 0; repeat < together; repeat += 1) turn();
        const { system, user } = process.cpuUsage(before);
        const tookMs = (system + user) / 1000;
        turns += together;
        if (tookMs < TIMED_MS_MIN) together *= 2;
        else cpuMs = Math.min(cpuMs, tookMs / together);
      } while (performance.now() < deadline);
      return { cpuMs, turns, rssMiB: process.memoryUsage.rss() / 2 ** 20 };
    },
  };
}

/** Mulberry32: small, seeded, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
