import type { Instant, Json } from '@caisson/kernel';

/** What every delivery says about itself. */
export interface DeliveryOrigin {
  readonly hookId: string;
  /** The forge's own id of the call. */
  readonly deliveryId: string;
  /** The forge's name of what happened, such as `push`. */
  readonly event: string;
}

/** A push to a branch, as far as it matters here. */
export interface BranchPush {
  /** `owner/name`. */
  readonly repository: string;
  readonly branch: string;
  /** 40 or 64 hexadecimal digits. */
  readonly commit: string;
  readonly sender: string;
}

/** What somebody outside says about a task that waits. */
export interface Callback {
  readonly runId: string;
  readonly unitId: string;
  readonly phase: 'apply' | 'rollback';
  readonly cycle: number;
  readonly attempt: number;
  readonly payload: Json;
  readonly receivedAt: Instant;
}

/** Facts about one delivery. One of them, once. */
export type DeliveryEvent =
  | ({ readonly type: 'DeliveryAccepted' } & DeliveryOrigin & BranchPush)
  | ({ readonly type: 'CallbackReceived' } & Callback)
  | ({ readonly type: 'DeliveryIgnored'; readonly reason: string } & DeliveryOrigin);
