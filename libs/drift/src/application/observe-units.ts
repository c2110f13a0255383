import type { AppliedUnit, SeverityTable } from '@caisson/contracts';
import type { EngineCall, EngineRegistry } from '@caisson/engine';
import { messageOf, type Clock } from '@caisson/kernel';
import { compareUnit, type Sighting, type UnitFinding } from '../domain/compare.js';

/** Units that are read at once: enough to hide the wait, few enough for a provider's rate limit. */
const OBSERVATIONS_AT_ONCE = 8;

/** A unit that takes longer is unreadable. A Terraform refresh of 100 resources takes some tens of seconds. */
const OBSERVE_LIMIT_MS = 120_000;

/** What is looked at, and with what. */
export interface Survey {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly scanId: string;
  readonly units: readonly AppliedUnit[];
  readonly engines: EngineRegistry;
  readonly severities: SeverityTable;
  readonly clock: Clock;
  /** Ends every look. What was not seen by then is unreadable. */
  readonly signal: AbortSignal;
  /** What the tools say, line by line. */
  log(line: string): void;
}

/** Looks at every unit, some at once, and compares. Never fails: what cannot be read is unreadable. */
export async function observeUnits(survey: Survey): Promise<readonly UnitFinding[]> {
  const waiting = survey.units.entries();
  const findings: UnitFinding[] = [];
  const lookOn = async (): Promise<void> => {
    for (const [index, unit] of waiting)
      findings[index] = compareUnit(unit, await look(survey, unit), survey.severities);
  };
  await Promise.all(Array.from({ length: OBSERVATIONS_AT_ONCE }, lookOn));
  return findings;
}

async function look(survey: Survey, unit: AppliedUnit): Promise<Sighting> {
  const engine = survey.engines.get(unit.engine);
  if (engine === undefined) {
    return { outcome: 'unreadable', reason: `There is no engine "${unit.engine}" in this installation.` };
  }
  const limit = limitTime(survey.clock, OBSERVE_LIMIT_MS, survey.signal);
  try {
    return await engine.observe(unit, callFor(survey, unit, limit.signal));
  } catch (error) {
    const reason = limit.isOver() ? `Reading took longer than ${OBSERVE_LIMIT_MS} ms.` : messageOf(error);
    return { outcome: 'unreadable', reason };
  } finally {
    limit.end();
  }
}

function callFor(survey: Survey, unit: AppliedUnit, signal: AbortSignal): EngineCall {
  const { tenantId, deploymentId, scanId } = survey;
  return {
    tenantId,
    deploymentId,
    runId: unit.runId,
    actionKey: `${deploymentId}/${scanId}/${unit.unitId}`,
    fencingToken: 0, // Reading only.
    signal,
    log: (line) => survey.log(line),
  };
}

interface TimeLimit {
  readonly signal: AbortSignal;
  isOver(): boolean;
  end(): void;
}

/** A signal that is aborted after a time, or with the outer one. */
function limitTime(clock: Clock, ms: number, outer: AbortSignal): TimeLimit {
  const ended = new AbortController();
  const late = new AbortController();
  void clock.sleep(ms, ended.signal).then(() => {
    if (!ended.signal.aborted) late.abort();
  });
  return {
    signal: AbortSignal.any([outer, late.signal]),
    isOver: () => late.signal.aborted && !outer.aborted,
    end: () => ended.abort(),
  };
}
