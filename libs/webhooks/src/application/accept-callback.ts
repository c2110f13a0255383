import { foldStream, handleCommand, type CommandRuntime, type DocumentStore } from '@caisson/event-sourcing';
import { deterministicId, type Json } from '@caisson/kernel';
import { deliveryAggregate } from './delivery.aggregate.js';

/** A callback whose address was checked. */
export interface AcceptCallbackInput {
  readonly tenantId: string;
  readonly runId: string;
  readonly phase: 'apply' | 'rollback';
  readonly unitId: string;
  readonly cycle: number;
  readonly attempt: number;
  /** What the caller says; null when it says nothing. */
  readonly payload: Json;
  /** Correlation id of the call. */
  readonly correlationId: string;
}

/** What became of a callback. */
export type AcceptedCallback =
  /** `repeated`: the wait was called back before; the first call counts. */
  | { readonly outcome: 'accepted'; readonly id: string; readonly repeated: boolean }
  /** The task waits for nothing, or for another callback. */
  | { readonly outcome: 'wait-not-open' };

/** As far as the read model of a task is looked at. */
interface WaitingTask {
  readonly attempt: number;
  readonly state: string;
  readonly waiting?: { readonly cycle: number; readonly callback: boolean };
}

/** Records a callback once per wait, while the wait is open. What follows from it is for the executor. */
export class AcceptCallback {
  constructor(
    private readonly runtime: CommandRuntime,
    private readonly documents: Pick<DocumentStore, 'get'>,
  ) {}

  /** @throws Fault as `handleCommand` does; then nothing is recorded, and the same call may come again. */
  async execute(input: AcceptCallbackInput): Promise<AcceptedCallback> {
    const { attempt, correlationId, cycle, payload, phase, runId, tenantId, unitId } = input;
    const id = deterministicId('callback', tenantId, runId, phase, unitId, cycle, attempt);
    const { state } = await foldStream(this.runtime.store, deliveryAggregate, { id, context: { tenantId } });
    if (state !== 'unknown') return { outcome: 'accepted', id, repeated: true };
    if (!(await this.isAwaited(input))) return { outcome: 'wait-not-open' };
    const receivedAt = this.runtime.clock.now();
    const callback = { runId, unitId, phase, cycle, attempt, payload, receivedAt };
    const handled = await handleCommand(this.runtime, deliveryAggregate, {
      id,
      command: { type: 'RecordCallback', callback },
      context: { tenantId, commandId: id, correlationId, causationId: correlationId, actor: 'hook:callback' },
    });
    return { outcome: 'accepted', id, repeated: handled.outcome === 'accepted' && handled.events.length === 0 };
  }

  private async isAwaited({ attempt, cycle, phase, runId, tenantId, unitId }: AcceptCallbackInput): Promise<boolean> {
    const taskId = phase === 'apply' ? `${runId}/${unitId}` : `${runId}/${unitId}/rollback`;
    const found = await this.documents.get<WaitingTask>(tenantId, 'task', taskId);
    if (found === undefined) return false;
    const { waiting, ...task } = found.body;
    return (
      task.state === 'running' && task.attempt === attempt && waiting?.callback === true && waiting.cycle === cycle
    );
  }
}
