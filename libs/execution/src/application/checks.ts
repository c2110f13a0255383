import {
  Check,
  portOf,
  resolveReferences,
  shownUrl,
  type Diagnostic,
  type ReferableResource,
} from '@caisson/contracts';
import { Fault, jsonEquals, messageOf, type Clock, type Json, type JsonObject } from '@caisson/kernel';
import type { CheckWorld } from './ports.js';
import { supervise } from './supervise.js';

/** One try may not take longer. */
const TRY_TIMEOUT_MS = 10_000;

/** How long a try may take to stop. */
const TRY_GRACE_MS = 5_000;

/** How much of a wrong value is quoted. */
const VALUE_CHARS_MAX = 100;

/** A check of one resource, as desired: `${…}` left in. */
export interface DeclaredCheck {
  /** Of the resource that it belongs to. */
  readonly address: string;
  readonly check: JsonObject;
}

/** Around a try. */
export interface TryAround {
  readonly clock: Clock;
  readonly world: CheckWorld;
  readonly signal: AbortSignal;
  readonly tenantId: string;
  readonly deploymentId: string;
  /** One line about what is going on. */
  log(line: string): void;
}

/** Around a check. */
export interface CheckAround extends TryAround {
  /** What a reference may speak of. */
  lookup(name: string): ReferableResource | undefined;
}

/** What one try of a check gave. */
export type Tried =
  | { readonly outcome: 'holds' }
  /** `final`: another try would give the same. */
  | { readonly outcome: 'fails'; readonly why: string; readonly final: boolean };

/** Tries a check until it holds or one of its bounds is reached. Undefined when it holds; never throws. */
export async function runCheck(around: CheckAround, declared: DeclaredCheck): Promise<Diagnostic | undefined> {
  const { address } = declared;
  const resolved = resolveReferences(declared.check, (name) => around.lookup(name));
  const [missing] = resolved.unresolved;
  if (missing !== undefined) return finding(address, `\${${missing.expression}} ${missing.reason}.`);
  const noPort = portTrouble(declared.check, resolved.value);
  if (noPort !== undefined) return finding(address, noPort);
  const read = readCheck(resolved.value);
  if ('trouble' in read) return finding(address, read.trouble);
  if (isProbe(read.check)) return tryUntilItHolds(around, address, read.check);
  const wrong = judged(read.check);
  return wrong === undefined ? undefined : finding(address, wrong);
}

/** Tries a check once, with everything resolved: whoever asks comes back until it holds. Never throws. */
export async function tryCheck(around: TryAround, resolved: JsonObject): Promise<Tried> {
  const noPort = portTrouble(resolved, resolved);
  const read = noPort === undefined ? readCheck(resolved) : { trouble: noPort };
  if ('trouble' in read) return { outcome: 'fails', why: read.trouble, final: true };
  const { check } = read;
  if (!isProbe(check)) {
    const why = judged(check);
    return why === undefined ? { outcome: 'holds' } : { outcome: 'fails', why, final: true };
  }
  const { final, got } = await tryWithin(around, check, TRY_TIMEOUT_MS);
  return got === undefined ? { outcome: 'holds' } : { outcome: 'fails', why: `${nameOf(check)} ${got}`, final };
}

/** How long a resource may differ from what was applied, by its own checks; 0 when it has none that says so. */
export function settlingMsOf(checks: readonly JsonObject[]): number {
  const times = checks.filter(({ kind }) => kind === 'observed').map(({ withinMs }) => Number(withinMs ?? 0));
  return Math.max(0, ...times);
}

type OfKind<Kind extends Check['kind']> = Extract<Check, { kind: Kind }>;
type Probe = OfKind<'http'> | OfKind<'tcp'> | OfKind<'command'>;

function isProbe(check: Check): check is Probe {
  return check.kind !== 'observed' && check.kind !== 'output';
}

/** What is wrong with what asks nobody; undefined when it holds. That a unit is as applied is part of reading it. */
function judged(check: Exclude<Check, Probe>): string | undefined {
  return check.kind === 'observed' ? undefined : judge(check);
}

function readCheck(resolved: Json): { readonly check: Check } | { readonly trouble: string } {
  const parsed = Check.safeParse(withNumbers(resolved));
  return parsed.success ? { check: parsed.data } : { trouble: `It is no check: ${troubleOf(parsed.error)}.` };
}

async function tryUntilItHolds(around: CheckAround, address: string, check: Probe): Promise<Diagnostic | undefined> {
  const { clock, signal } = around;
  const startedMs = clock.monotonicMs();
  const leftMs = (): number => check.withinMs - (clock.monotonicMs() - startedMs);
  for (let tries = 1; ; tries += 1) {
    const { final, got } = await tryWithin(around, check, Math.max(1, Math.min(TRY_TIMEOUT_MS, leftMs())));
    if (got === undefined) return undefined;
    around.log(`check of ${address}: ${nameOf(check)} ${got}`);
    if (final || leftMs() <= 0 || tries >= check.triesMax || signal.aborted) {
      const times = tries === 1 ? 'one try' : `${tries} tries`;
      return finding(address, `${nameOf(check)} ${got}, after ${times} within ${check.withinMs} ms.`);
    }
    await clock.sleep(Math.min(leftMs(), check.everyMs), signal);
  }
}

/** What one try found wrong; nothing when it holds. */
async function tryWithin(
  around: TryAround,
  check: Probe,
  timeoutMs: number,
): Promise<{ readonly got: string | undefined; readonly final: boolean }> {
  const { clock, signal } = around;
  const supervision = { clock, timeoutMs, graceMs: TRY_GRACE_MS, stop: signal };
  const answer = await supervise(supervision, (stop) => tryOnce(around, check, stop));
  return { got: answer.outcome === 'value' ? answer.value : failed(answer), final: isRefused(answer) };
}

/** Another try would be refused as this one: the address may not be asked, or the command not be run. */
function isRefused(answer: { readonly outcome: string; readonly error?: unknown }): boolean {
  return answer.outcome === 'error' && answer.error instanceof Fault && !answer.error.retryable;
}

/** What is wrong; undefined when it holds. */
async function tryOnce(around: TryAround, check: Probe, signal: AbortSignal): Promise<string | undefined> {
  const { deploymentId, tenantId, world } = around;
  switch (check.kind) {
    case 'http': {
      const status = await world.status(check.url, signal);
      return status === check.expectStatus ? undefined : `answers ${status}, not ${check.expectStatus}`;
    }
    case 'tcp':
      await world.connect({ host: check.host, port: Number(check.port) }, signal);
      return undefined;
    case 'command': {
      const { args, command, expectExitCode } = check;
      const call = { tenantId, deploymentId, command, args, signal, log: (line: string) => around.log(line) };
      const code = await world.run(call);
      return code === expectExitCode ? undefined : `ended with ${code ?? 'a signal'}, not ${expectExitCode}`;
    }
  }
}

function failed(
  answer: { readonly outcome: 'error'; readonly error: unknown } | { readonly outcome: 'abandoned' },
): string {
  return `failed: ${answer.outcome === 'error' ? messageOf(answer.error).replace(/\.$/, '') : 'it did not end in time'}`;
}

function nameOf(check: Probe): string {
  if (check.kind === 'http') return shownUrl(check.url);
  return check.kind === 'tcp' ? `${check.host}:${check.port}` : `"${check.command}"`;
}

function judge({ expected, test, value }: OfKind<'output'>): string | undefined {
  const got = readBack(value);
  const holds = TESTS[test](got, expected);
  if (holds) return undefined;
  return test === 'present' ? 'The value is empty.' : `The value is ${shown(got)}; wanted: ${test} ${shown(expected)}.`;
}

const TESTS: Readonly<Record<OfKind<'output'>['test'], (got: Json, expected: Json) => boolean>> = {
  equals: (got, expected) => isSame(got, expected),
  differs: (got, expected) => !isSame(got, expected),
  contains: (got, expected) =>
    Array.isArray(got) ? got.some((item) => jsonEquals(item, expected)) : shown(got).includes(shown(expected)),
  at_least: (got, expected) => Number(got) >= Number(expected),
  at_most: (got, expected) => Number(got) <= Number(expected),
  present: (got) => got !== null && got !== '',
};

/** A number and its text are the same: what a tool gives out is often text. */
function isSame(got: Json, expected: Json): boolean {
  return jsonEquals(got, expected) || shown(got) === shown(expected);
}

/** A text that is one reference has the value's own type, and went through the schema as text. */
function readBack(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The port is known only now where it is a reference: it is named with what it gave. */
function portTrouble({ kind, port: written }: JsonObject, resolved: Json): string | undefined {
  const { port = null } = resolved as JsonObject;
  if (kind !== 'tcp' || portOf(port) !== undefined) return undefined;
  const origin = typeof written === 'string' && written.startsWith('${') ? `${written} is ` : 'The port is ';
  const message = `${origin}${JSON.stringify(port).slice(0, VALUE_CHARS_MAX)}, which is no port from 1 to 65535.`;
  return `${message} Correct the check, or what gives the port.`;
}

function troubleOf({
  issues: [first],
}: {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}): string {
  return first === undefined ? 'it has no kind' : [first.path.map(String).join('.'), first.message].join(' ').trim();
}

/** The schema takes texts where a reference may give anything. */
function withNumbers(check: Json): Json {
  if (typeof check !== 'object' || check === null || Array.isArray(check)) return check;
  const members = check as JsonObject;
  const { args, kind, port, value } = members;
  if (kind === 'command' && Array.isArray(args)) return { ...members, args: args.map((arg: Json) => shown(arg)) };
  if (kind === 'tcp' && typeof port === 'string') return { ...members, port: portOf(port) ?? null };
  if (kind === 'output' && value !== undefined && typeof value !== 'string') {
    return { ...members, value: JSON.stringify(value) };
  }
  return members;
}

function finding(address: string, detail: string): Diagnostic {
  return { severity: 'error', summary: 'A check does not hold.', detail, address };
}
