import {
  decodeEvent,
  outputsByAddress,
  type AttemptResource,
  type EventOf,
  type PublicEvent,
} from '@caisson/contracts';

/** An attempt as its facts tell it. */
export type AttemptView = Omit<AttemptResource, 'links'>;

type Fact = EventOf<'execution'>;

/** The attempts of one task in the order in which they began, from the facts of its run's execution. O(facts). */
export function attemptsOf(taskId: string, facts: readonly PublicEvent[]): readonly AttemptView[] {
  const attempts: AttemptView[] = [];
  let cycle = 0;
  for (const recorded of facts) {
    const event = decodeEvent('execution', recorded);
    if (event?.fact === 'execution-started') cycle += 1;
    if (event === undefined || !('taskId' in event.data) || event.data.taskId !== taskId) continue;
    if (event.fact === 'task-started') attempts.push(begun(event, cycle));
    const last = attempts.at(-1);
    if (last !== undefined) attempts[attempts.length - 1] = { ...last, ...changeBy(event) };
  }
  return attempts;
}

function begun({ data, time }: Extract<Fact, { fact: 'task-started' }>, cycle: number): AttemptView {
  const { attempt, phase, runId, taskId, unitId } = data;
  const id = `${taskId}/${cycle}.${attempt}`;
  return { id, taskId, runId, unitId, phase, cycle, attempt, state: 'running', startedAt: time };
}

function changeBy(event: Fact): Partial<AttemptView> {
  const finishedAt = event.time;
  switch (event.fact) {
    case 'task-waiting':
      return { state: 'waiting' };
    case 'task-outcome-unknown':
      return { state: 'unknown' };
    case 'task-succeeded': {
      const { applied, evidence } = event.data;
      return {
        state: 'succeeded',
        finishedAt,
        evidence,
        ...(applied === undefined ? {} : { outputs: outputsByAddress(applied) }),
      };
    }
    case 'task-failed':
      return { state: 'failed', finishedAt, failure: event.data.failure };
    case 'task-timed-out':
      return { state: 'timed_out', finishedAt };
    case 'task-resolved': {
      const { applied, evidence, outcome } = event.data;
      if (outcome === 'not_done') return { evidence };
      return {
        state: 'resolved',
        finishedAt,
        evidence,
        ...(applied === undefined ? {} : { outputs: outputsByAddress(applied) }),
      };
    }
    default:
      return {};
  }
}
