import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { FaultBehaviour } from './faults.js';
import type { EffectMode } from './write-context.js';

/** What remains to be done about a fault around an effect. */
export interface Misbehaviour {
  readonly mode: EffectMode;
  /** An error to answer without effect. */
  readonly failWith: { readonly status: number; readonly code?: string | undefined } | undefined;
  readonly loseAnswer: boolean;
}

const NONE: Misbehaviour = { mode: 'once', failWith: undefined, loseAnswer: false };

/** Works out how to go wrong, and waits when that is how. The wait ends early when the cloud stops. */
export async function misbehave(fault: FaultBehaviour | undefined, stopping: AbortSignal): Promise<Misbehaviour> {
  switch (fault?.kind) {
    case undefined:
      return NONE;
    case 'delay':
      await delay(fault.ms, undefined, { signal: stopping }).catch(() => undefined);
      return NONE;
    case 'fail':
      return { ...NONE, failWith: fault };
    case 'stuck':
      return { ...NONE, mode: 'stuck' };
    case 'duplicate':
      return { ...NONE, mode: 'twice' };
    case 'lie':
      return { ...NONE, mode: 'none' };
    case 'lose-answer':
      return { ...NONE, loseAnswer: true };
  }
}

/** Closes the connection without an answer. */
export function hangUp(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.destroy();
  return reply;
}
