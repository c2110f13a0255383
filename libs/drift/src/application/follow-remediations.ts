import { decodeEvent, parseEventType, type PublicEvent } from '@caisson/contracts';
import { followUpContext, handleCommand, type CommandRuntime } from '@caisson/event-sourcing';
import type { RecordRemediation, RecordRemediationEnd } from '../domain/drift-scan.commands.js';
import { driftScanAggregate } from './drift-scan.aggregate.js';

/** Notes in a scan which run puts right what it found, and why one did not. Safe to repeat. */
export class FollowRemediations {
  constructor(private readonly runtime: CommandRuntime) {}

  /** @throws ZodError for data that fits no schema: the event is parked; and Fault as `handleCommand` does. */
  async onFact(event: PublicEvent): Promise<void> {
    if (parseEventType(event.type)?.context !== 'deployment') return;
    const decoded = decodeEvent('deployment', event);
    const at = event.time;
    if (decoded?.fact === 'drift-remediation-requested') {
      const { mode, runId, scanId } = decoded.data;
      await this.#record(event, scanId, { type: 'RecordRemediation', runId, mode, at });
    }
    if (decoded?.fact === 'drift-remediation-ended') {
      const { outcome, reason, runId, scanId } = decoded.data;
      const run = runId === undefined ? {} : { runId };
      await this.#record(event, scanId, { type: 'RecordRemediationEnd', ...run, outcome, reason, at });
    }
  }

  /** A scan that is not there, or not through, refuses: there is nothing to note. */
  async #record(event: PublicEvent, id: string, command: RecordRemediation | RecordRemediationEnd): Promise<void> {
    const context = followUpContext(event, command.type, this.runtime.service);
    await handleCommand(this.runtime, driftScanAggregate, { id, command, context, occurredAt: command.at });
  }
}
