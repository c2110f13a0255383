import type { SeededRandom } from '@caisson/testing';
import type { FaultStack } from '../stack/fault-stack.js';

/** The number of a fault in the matrix (`docs/reference/fault-matrix.md`). */
export type FaultRow = `F${number}`;

/** A fault that is going to happen, drawn to the last detail. */
export interface AimedBlow {
  /** What happens, for people who read the schedule. */
  readonly says: string;
  readonly lastsMs: number;
  strike(stack: FaultStack): Promise<void>;
  /** Takes it back; absent where it ends by itself or by `FaultStack.heal`. */
  end?(stack: FaultStack): Promise<void>;
}

/** A kind of fault. */
export interface Blow {
  readonly name: string;
  readonly rows: readonly FaultRow[];
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  /** Why it cannot be done on this machine; undefined where it can. */
  readonly lacks?: () => string | undefined;
  /** Draws one. Services are named in a fixed order. */
  aim(random: SeededRandom, services: readonly string[]): AimedBlow;
}
