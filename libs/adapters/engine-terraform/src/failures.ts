import type { Diagnostic } from '@caisson/contracts';
import { EngineFailure, type ApplyResult, type ErrorClass } from '@caisson/engine';
import type { Misbehaviour } from '@caisson/tool-process';
import { DISK_FULL } from './full-disk.js';
import { OWN_BACKEND } from './terraform-messages.js';

/** How a command ended, as far as a failure is judged by it. */
export interface FailedCommand {
  readonly code: number | undefined;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly diagnostics: readonly Diagnostic[];
  readonly misbehaved?: Misbehaviour;
}

/** What was being done. */
export interface FailureContext {
  /** Code for a failure that has no more special one. */
  readonly code: string;
  /** Completes "Terraform could not …". */
  readonly doing: string;
  /** It may have changed the world. */
  readonly acting: boolean;
  readonly partial?: ApplyResult;
}

/** Words of networks and busy services, as providers and registries report them. */
const TRANSIENT =
  /timeout|timed out|connection (refused|reset)|could not connect|no such host|temporary failure|TLS handshake|\bEOF\b|too many requests|throttl|rate limit|service unavailable|bad gateway|\b(429|502|503|504)\b/i;
const NO_SPACE = /no space left on device|disk quota exceeded/i;
const LOCKED = /error acquiring the state lock/i;
const STALE = /saved plan is stale|saved plan does not match|does not match the (given|current) state/i;
const NOT_SAVED = /failed to (save|persist) state|error saving state|failed to upload state/i;
/** As our backend answers. */
const TOO_LARGE = /HTTP error: 413/i;
/** Terraform asked and was told no: somebody else holds the deployment now. */
const FENCED = /(HTTP remote state endpoint|invalid auth)/i;

/** Judges a command that failed: what to call it, whether to try again, and what to tell people. */
export function failureOf(command: FailedCommand, context: FailureContext): EngineFailure {
  const diagnostics = command.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const { code, errorClass, message } = judge(command, diagnostics, context);
  return new EngineFailure(code, message, {
    errorClass,
    diagnostics,
    ...(context.partial === undefined ? {} : { partial: context.partial }),
  });
}

/** Whether a command failed because the saved dry run no longer fits the state. */
export function isStalePlan(command: FailedCommand): boolean {
  return command.diagnostics.some((diagnostic) => STALE.test(wordsOf(diagnostic)));
}

/** A unit whose properties cannot be used. */
export function invalidUnit(diagnostics: readonly Diagnostic[]): EngineFailure {
  return new EngineFailure('invalid-configuration', `The unit cannot be used. ${firstOf(diagnostics)}`, {
    errorClass: 'permanent',
    diagnostics,
  });
}

interface Judgement {
  readonly code: string;
  readonly errorClass: ErrorClass;
  readonly message: string;
}

function judge(command: FailedCommand, diagnostics: readonly Diagnostic[], context: FailureContext): Judgement {
  const words = diagnostics.map(wordsOf).join('\n');
  const { doing, acting } = context;
  const unsure: ErrorClass = acting ? 'unknown' : 'transient';
  const because = firstOf(diagnostics);
  if (command.misbehaved !== undefined) return judgeMisbehaviour(command.misbehaved, doing, unsure);
  if (command.aborted) {
    const message = `Terraform was told to stop before it could ${doing}. Look at the state before trying again.`;
    return { code: 'tool-stopped', errorClass: unsure, message };
  }
  if (command.timedOut) {
    const message = `Terraform took too long to ${doing} and was stopped. Look at the state before trying again.`;
    return { code: 'tool-timed-out', errorClass: unsure, message };
  }
  if (LOCKED.test(words)) {
    return { code: 'state-locked', errorClass: 'transient', message: `Terraform could not ${doing}: ${because}` };
  }
  if (NOT_SAVED.test(words)) return judgeUnsaved(words, because);
  if (command.code === undefined) {
    return { code: 'tool-killed', errorClass: unsure, message: `Terraform was killed before it could ${doing}.` };
  }
  if (FENCED.test(words)) {
    const message = `The state backend refused. A newer holder has taken over, or the credential expired. ${because}`;
    return { code: 'state-refused', errorClass: acting ? 'unknown' : 'permanent', message };
  }
  if (diagnostics.some((found) => OWN_BACKEND.test(found.summary))) {
    const message = `The configuration keeps its state elsewhere. ${because}`;
    return { code: 'invalid-configuration', errorClass: 'permanent', message };
  }
  return judgeWords(words, because, context);
}

/** Terraform keeps a state that it cannot store in its folder; the next attempt takes it from there. */
function judgeUnsaved(words: string, because: string): Judgement {
  if (TOO_LARGE.test(words)) {
    const message = `The state of the unit is larger than can be stored; it is kept. Make the unit smaller. ${because}`;
    return { code: 'state-too-large', errorClass: 'unknown', message };
  }
  const message = `Terraform could not store its state; it is kept and will be recovered. ${because}`;
  return { code: 'state-not-saved', errorClass: 'unknown', message };
}

/** It ended by itself and was not refused: its words tell whether another try may do better. */
function judgeWords(words: string, because: string, { code, doing }: FailureContext): Judgement {
  if (NO_SPACE.test(words)) {
    const message = `Terraform could not ${doing}: a disk is full. ${because} Free some space, then retry.`;
    return { code: DISK_FULL, errorClass: 'transient', message };
  }
  const errorClass = TRANSIENT.test(words) ? 'transient' : 'permanent';
  return { code, errorClass, message: `Terraform could not ${doing}. ${because}` };
}

const MISBEHAVIOURS: Readonly<Record<Misbehaviour, { readonly code: string; readonly what: string }>> = {
  'too-much-output': { code: 'tool-output-limit', what: 'It printed more than a tool may and was stopped' },
  'folder-full': { code: 'tool-folder-limit', what: 'It filled its folder more than a tool may and was stopped' },
  'left-processes': { code: 'tool-left-processes', what: 'It left processes running, which were ended' },
};

/** A tool that was stopped half way may have had its effect. One that ended by itself and left processes had it. */
function judgeMisbehaviour(misbehaved: Misbehaviour, doing: string, unsure: ErrorClass): Judgement {
  const { code, what } = MISBEHAVIOURS[misbehaved];
  const errorClass = misbehaved !== 'left-processes' && unsure === 'unknown' ? 'unknown' : 'permanent';
  const message = `Terraform could not ${doing} as it should. ${what}. Look at its log and correct the configuration.`;
  return { code, errorClass, message };
}

function firstOf(diagnostics: readonly Diagnostic[]): string {
  const [first, ...more] = diagnostics;
  if (first === undefined) return 'It gave no reason; read its log.';
  const place = first.address === undefined ? '' : ` at ${first.address}`;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return `${first.summary.replace(/\.$/, '')}${place}${others}.`;
}

function wordsOf(diagnostic: Diagnostic): string {
  return `${diagnostic.summary}\n${diagnostic.detail ?? ''}`;
}
