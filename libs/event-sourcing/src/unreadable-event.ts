import { InvariantViolation } from '@caisson/kernel';
import type { RecordedEvent } from './ports/event-store.js';

/** What an aggregate's `decode` throws at a fact whose type or shape is newer than this build. */
export function unreadableEvent({ schemaVersion, streamId, type, version }: RecordedEvent): InvariantViolation {
  const where = `event ${version} of ${streamId}`;
  return new InvariantViolation(`${where} is ${type} of shape ${schemaVersion}, which this build cannot read`);
}
