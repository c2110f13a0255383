import type { Operation } from './history.js';

/** One recorded fact, as the store has it in the end. */
export interface LogEntry {
  readonly deploymentId: string;
  readonly version: number;
  readonly commandId: string;
}

/** What clients did and saw, and what was recorded meanwhile. */
export interface CheckedHistory {
  readonly operations: readonly Operation[];
  /** By deployment and version. */
  readonly log: readonly LogEntry[];
}

/**
 * How what clients saw does not fit one order of events. `lost`: a success that is not recorded. `doubled`: a command
 * recorded twice. `undead`: a refusal that is recorded. `reordered`: a command has a place before what was known when
 * it was given. `stale`: a read from before that. `forked`: two pasts at one version.
 */
export type AnomalyKind = 'lost' | 'doubled' | 'undead' | 'reordered' | 'stale' | 'forked';

/** One place where a history does not fit. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly what: string;
}

/**
 * Looks for what no single order of the events explains. An operation whose end is unknown may have happened or not.
 * O(n log n) in operations and facts of one deployment, times the deployments.
 */
export function checkHistory({ log, operations }: CheckedHistory): readonly Anomaly[] {
  const places = new Map<string, number>();
  for (const { commandId, version } of log) places.set(commandId, Math.max(version, places.get(commandId) ?? 0));
  const deployments = new Set(operations.flatMap(({ deploymentId }) => deploymentId ?? []));
  const apart = [...deployments].map((id) => operations.filter(({ deploymentId }) => deploymentId === id));
  return [
    ...operations.flatMap((operation) => lostOrUndead(operation, places)),
    ...doubled(log),
    ...apart.flatMap((own) => [...outOfOrder(own, places), ...forkedReads(own)]),
  ];
}

/** By command, the version of the last fact that it recorded. */
type Places = ReadonlyMap<string, number>;

/** What was answered with yes is recorded; what was refused is not. */
function lostOrUndead(operation: Operation, places: Places): readonly Anomaly[] {
  const { commandId, outcome, records } = operation;
  if (commandId === undefined) return [];
  const isThere = places.has(commandId);
  if (outcome === 'ok' && records && !isThere) return [anomaly('lost', operation)];
  return outcome === 'fail' && isThere ? [anomaly('undead', operation)] : [];
}

/** What one command recorded is in one stream and stands together; one version is one fact. */
function doubled(log: readonly LogEntry[]): readonly Anomaly[] {
  const last = new Map<string, LogEntry>();
  const taken = new Set<string>();
  return log.flatMap((entry): readonly Anomaly[] => {
    const { commandId, deploymentId, version } = entry;
    const before = last.get(commandId);
    last.set(commandId, entry);
    const place = `${deploymentId} at ${version}`;
    if (taken.has(place)) return [{ kind: 'forked', what: `two facts of ${place}` }];
    taken.add(place);
    if (before === undefined) return [];
    const isNext = before.deploymentId === deploymentId && before.version + 1 === version;
    if (isNext) return [];
    return [{ kind: 'doubled', what: `command ${commandId}: ${before.deploymentId} at ${before.version}, ${place}` }];
  });
}

/** What begins after something has ended does not come before it. */
function outOfOrder(operations: readonly Operation[], places: Places): readonly Anomaly[] {
  const seen = operations.filter(({ outcome }) => outcome === 'ok').map((operation) => shownBy(operation, places));
  const ends = seen.toSorted((left, right) => left.operation.endedMs - right.operation.endedMs);
  const begins = seen.toSorted((left, right) => left.operation.invokedMs - right.operation.invokedMs);
  const anomalies: Anomaly[] = [];
  let known = 0; // The highest version that had been shown to anybody.
  let next = 0;
  for (const { operation, place, version } of begins) {
    for (let ended = ends[next]; ended !== undefined && ended.operation.endedMs < operation.invokedMs;) {
      known = Math.max(known, ended.version, ended.place ?? 0);
      next += 1;
      ended = ends[next];
    }
    const after = `after version ${known} was seen`;
    if (place !== undefined && place <= known) anomalies.push(anomaly('reordered', operation, after));
    else if (place === undefined && version > 0 && version < known) anomalies.push(anomaly('stale', operation, after));
  }
  return anomalies;
}

interface Shown {
  readonly operation: Operation;
  /** What the answer named; 0 where it named none. */
  readonly version: number;
  /** Where the command is; undefined for what recorded nothing. */
  readonly place: number | undefined;
}

function shownBy(operation: Operation, places: Places): Shown {
  const { commandId, version = 0 } = operation;
  return { operation, version, place: commandId === undefined ? undefined : places.get(commandId) };
}

/** At one version everybody reads the same. */
function forkedReads(operations: readonly Operation[]): readonly Anomaly[] {
  const seen = new Map<number, Operation>();
  return operations.flatMap((operation): readonly Anomaly[] => {
    const { commandId, outcome, state, version } = operation;
    if (commandId !== undefined || outcome !== 'ok' || version === undefined || state === undefined) return [];
    const other = seen.get(version);
    seen.set(version, operation);
    if (other === undefined || other.state === state) return [];
    return [anomaly('forked', operation, `and ${other.person} ${other.state ?? ''}`)];
  });
}

function anomaly(kind: AnomalyKind, operation: Operation, more = ''): Anomaly {
  const { deploymentId = '', invokedMs, person, state = '', version = '?', what } = operation;
  const saw = `${person} ${what} ${deploymentId} at ${Math.round(invokedMs)} ms: version ${version} ${state}`;
  return { kind, what: `${saw} ${more}`.trim() };
}
