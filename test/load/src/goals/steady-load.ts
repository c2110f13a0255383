import type { Figures, Side } from '../harness/goal.js';
import { runOpenLoop } from '../harness/open-loop.js';
import { treeTimeUs } from '../harness/processor-time.js';
import { latencyFigures } from '../harness/statistics.js';

/** The generator, which shares the machine, may be so late itself before a slice says nothing about the server. */
const LAG_MS_MAX = 5;

/** One kind of request of a load. */
export interface LoadKind {
  /** Begins the names of its figures. */
  readonly name: string;
  /** Times that it is due in one turn. */
  readonly share: number;
  ask(): Promise<unknown>;
}

/** Kinds of requests at a fixed rate. What waits for its turn is counted from when it was due. */
export function steadySide(
  name: string,
  { kinds, pid, ratePerS }: { readonly pid: number; readonly ratePerS: number; readonly kinds: readonly LoadKind[] },
): Side {
  const turn = interleaved(kinds);
  return {
    name,
    measure: async (sliceMs): Promise<Figures> => {
      const latencies = new Map(kinds.map((kind) => [kind, [] as number[]]));
      const before = treeTimeUs(pid);
      const began = performance.now();
      const { generatorLagP99Ms, offered } = await runOpenLoop({
        ...{ ratePerS, durationMs: sliceMs },
        offer: async (index) => {
          const kind = turn[index % turn.length];
          await kind?.ask();
          if (kind !== undefined) latencies.get(kind)?.push(performance.now() - (began + (index * 1000) / ratePerS));
        },
      });
      if (generatorLagP99Ms > LAG_MS_MAX) throw new Error(`the generator was ${generatorLagP99Ms} ms late`);
      return {
        ...{ offered, generatorLagP99Ms },
        ...Object.fromEntries(kinds.flatMap((kind) => Object.entries(named(kind.name, latencies.get(kind) ?? [])))),
        serverCpuUs: (treeTimeUs(pid) - before) / offered,
      };
    },
  };
}

/** Each kind as often as its share says, spread over the turn. */
function interleaved(kinds: readonly LoadKind[]): readonly LoadKind[] {
  return kinds
    .flatMap((kind) => Array.from({ length: kind.share }, (_, nth) => ({ kind, place: (nth + 0.5) / kind.share })))
    .sort((left, right) => left.place - right.place)
    .map(({ kind }) => kind);
}

function named(name: string, samples: readonly number[]): Figures {
  const { maxMs, p50Ms, p99Ms } = latencyFigures(samples);
  return { [`${name}P50Ms`]: p50Ms, [`${name}P99Ms`]: p99Ms, [`${name}MaxMs`]: maxMs };
}
