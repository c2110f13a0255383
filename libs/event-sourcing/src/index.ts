export { backoffMs } from './backoff.js';
export { EventConsumer } from './consumer.js';
export type { ConsumerObserver, EventConsumerOptions, Lag, Parking } from './consumer.js';
export type { Delivery, EventHandler } from './delivery.js';
export { followUpContext } from './follow-up.js';
export { foldStream, foldUntil, handleCommand } from './handle-command.js';
export type {
  Aggregate,
  Change,
  CommandContext,
  CommandRequest,
  CommandRuntime,
  DocumentContext,
  DomainEvent,
  Folded,
  FoldedUntil,
  Handled,
  SnapshotPolicy,
  Until,
} from './handle-command.js';
export { JobWorker } from './job-worker.js';
export type { JobControl, JobObserver, JobVerdict, JobWorkerOptions } from './job-worker.js';
export { LeaseManager } from './lease-manager.js';
export type { LeaseManagerOptions } from './lease-manager.js';
export { LiveTail } from './live-tail.js';
export type { LiveTailOptions } from './live-tail.js';
export type { PageResult } from './page-run.js';
export type {
  ConsumerPosition,
  ConsumerStore,
  ConsumerTransaction,
  StreamPart,
  SweepPage,
} from './ports/consumer-store.js';
export type { DocumentQuery, DocumentStore, NewDocument, StoredDocument } from './ports/document-store.js';
export type { EventFeed, FeedEntry, FeedStretch } from './ports/event-feed.js';
export { eventIdOf, NO_STREAM } from './ports/event-store.js';
export type {
  AppendRequest,
  AppendResult,
  EventContext,
  EventStore,
  LoadedStream,
  LoadRequest,
  NewEvent,
  PublicForm,
  RecordedEvent,
  SequencedEvent,
  Snapshot,
  StreamHead,
  StreamRef,
} from './ports/event-store.js';
export type { ClaimedJob, FailedJob, JobClaim, JobQueue, NewJob } from './ports/job-queue.js';
export type { Lease, LeaseAnswer, LeaseTable } from './ports/lease-table.js';
export type { HeldLock, LockManager, LockRequest } from './ports/lock-manager.js';
export type { EventPublisher, Outbox, OutboxEntry } from './ports/outbox.js';
export type { GivenUpJob, HeldLease, ParkedStream, Recovery } from './ports/recovery.js';
export type { Exhausted, Holding, Quotas, QuotaUse } from './ports/quotas.js';
export { Relay } from './relay.js';
export type { RelayObserver, RelayOptions } from './relay.js';
export { SharedClock } from './shared-clock.js';
export type { SharedClockOptions } from './shared-clock.js';
export { Sweep, SWEEP_DEFAULTS } from './sweep.js';
export type { SweepOptions } from './sweep.js';
export { jobsChannel, OUTBOX_CHANNEL, SEQUENCED_CHANNEL } from './ports/wakeups.js';
export type { Wakeups } from './ports/wakeups.js';
export { unreadableEvent } from './unreadable-event.js';
