import type { StoryHabits } from './callers/story.js';
import { NO_FAULTS, type FaultRates } from './machine/faults.js';
import type { SeededRandom } from '@caisson/testing';
import type { ProcessPlan } from './services/cluster.js';
import { GOOD_HABITS, type ToolHabits } from './world/sim-world.js';

/** What a seed is about: the installation, the people, and what goes wrong. */
export interface Scenario {
  /** How events travel. */
  readonly profile: 'embedded' | 'distributed';
  readonly processes: readonly ProcessPlan[];
  /** One deployment each, by the index of its tenant. */
  readonly stories: readonly number[];
  readonly habits: StoryHabits;
  readonly tools: ToolHabits;
  readonly rates: FaultRates;
  /** How long a commit takes at most. */
  readonly commitMsMax: number;
  /** Faults of whole processes and servers. */
  readonly blows: number;
  /** From then on everything works, and all must come to an end. */
  readonly healedAtMs: number;
}

const STANDALONE = ['api', 'planner', 'executor'] as const;

/** One process, one person, no faults. */
export const FAIR_WEATHER: Scenario = {
  profile: 'embedded',
  processes: [{ name: 'standalone', host: 'host-1', services: STANDALONE }],
  stories: [0],
  habits: { cancels: 0, plansAgain: 0, approvesItself: 0, waits: 0 },
  tools: GOOD_HABITS,
  rates: NO_FAULTS,
  commitMsMax: 2,
  blows: 0,
  healedAtMs: 0,
};

/** How many of the seeds are storms: they tell the most and take the longest. */
const STORMS = 0.05;

/** Draws a scenario with faults. */
export function drawScenario(random: SeededRandom): Scenario {
  const scenario = drawWeather(random);
  return random.chance(STORMS) ? { ...scenario, ...drawStorm(random) } : scenario;
}

/** Everything goes wrong, for long, and for many at once. */
function drawStorm(random: SeededRandom): Partial<Scenario> {
  return {
    stories: [0, 1, 0, 1],
    habits: { cancels: 0.5, plansAgain: 0.4, approvesItself: 0.3, waits: 0.3 },
    tools: { refuses: 0.15, breaks: 0.2, hangs: 0.05 },
    rates: { lost: 0.04, death: 0.01, halt: 0.003 },
    commitMsMax: random.pick([2, 100, 600]),
    blows: 20,
    healedAtMs: 120_000,
  };
}

function drawWeather(random: SeededRandom): Scenario {
  const rates = random.pick([0, 0.002, 0.01, 0.03]);
  const bad = random.chance(0.5);
  return {
    profile: random.pick(['embedded', 'distributed'] as const),
    processes: drawProcesses(random),
    stories: Array.from({ length: random.between(1, 2) }, (_, index) => index % 2),
    habits: {
      ...{ cancels: random.pick([0, 0.3]), plansAgain: random.pick([0, 0.3]), approvesItself: 0.3 },
      waits: random.pick([0, 0, 0.5]),
    },
    tools: bad ? { refuses: 0.1, breaks: 0.1, hangs: 0.03 } : GOOD_HABITS,
    rates: { lost: rates, death: random.pick([0, rates / 4, rates]), halt: random.pick([0, 0, 0.003]) },
    commitMsMax: random.pick([2, 2, 20, 200]),
    blows: random.between(0, 8),
    healedAtMs: random.between(10_000, 60_000),
  };
}

function drawProcesses(random: SeededRandom): readonly ProcessPlan[] {
  const hosts = random.pick([
    ['host-1', 'host-1'],
    ['host-1', 'host-2'],
  ]);
  const [first = '', second = ''] = hosts;
  if (random.chance(0.7)) {
    return [
      { name: 'one', host: first, services: STANDALONE },
      { name: 'two', host: second, services: STANDALONE },
    ];
  }
  return [
    { name: 'api', host: first, services: ['api'] },
    { name: 'planner-1', host: first, services: ['planner'] },
    { name: 'planner-2', host: second, services: ['planner'] },
    { name: 'executor-1', host: first, services: ['executor'] },
    { name: 'executor-2', host: second, services: ['executor'] },
  ];
}
