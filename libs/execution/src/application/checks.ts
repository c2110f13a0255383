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

/** Around a check. */
export interface CheckAround {
  readonly clock: Clock;
  readonly world: CheckWorld;
  readonly signal: AbortSignal;
  readonly tenantId: string;
  readonly deploymentId: string;
  /** What a reference may speak of. */
  lookup(name: string): ReferableResource | undefined;
  /** One line about what is going on. */
  log(line: string): void;
}

/** Tries a check until it holds or one of its bounds is reached. Undefined when it holds; never throws. */
export async function runCheck(around: CheckAround, declared: DeclaredCheck): Promise<Diagnostic | undefined> {
  const { address } = declared;
  const resolved = resolveReferences(declared.check, (name) => around.lookup(name));
  const [missing] = resolved.unresolved;
  if (missing !== undefined) return finding(address, `\${${missing.expression}} ${missing.reason}.`);
  const noPort = portTrouble(declared.check, resolved.value);
  if (noPort !== undefined) return finding(address, noPort);
  const parsed = Check.safeParse(withNumbers(resolved.value));
  if (!parsed.success) return finding(address, `It is no check: ${troubleOf(parsed.error)}.`);
  const check = parsed.data;
  if (check.kind === 'observed') return undefined; // Part of reading the unit itself.
  if (check.kind === 'output') {
    const wrong = judge(check);
    return wrong === undefined ? undefined : finding(address, wrong);
  }
  return tryUntilItHolds(around, address, check);
}

/** How long a resource may differ from what was applied, by its own checks; 0 when it has none that says so. */
export function settlingMsOf(checks: readonly JsonObject[]): number {
  const times = checks.filter(({ kind }) => kind === 'observed').map(({ withinMs }) => Number(withinMs ?? 0));
  return Math.max(0, ...times);
}

type OfKind<Kind extends Check['kind']> = Extract<Check, { kind: Kind }>;
type Probe = OfKind<'http'> | OfKind<'tcp'> | OfKind<'command'>;

async function tryUntilItHolds(around: CheckAround, address: string, check: Probe): Promise<Diagnostic | undefined> {
  const { clock, signal } = around;
  const startedMs = clock.monotonicMs();
  const leftMs = (): number => check.withinMs - (clock.monotonicMs() - startedMs);
  for (let tries = 1; ; tries += 1) {
    const timeoutMs = Math.max(1, Math.min(TRY_TIMEOUT_MS, leftMs()));
    const supervision = { clock, timeoutMs, graceMs: TRY_GRACE_MS, stop: signal };
    const answer = await supervise(supervision, (stop) => tryOnce(around, check, stop));
    const got = answer.outcome === 'value' ? answer.value : failed(answer);
    if (got === undefined) return undefined;
    around.log(`check of ${address}: ${nameOf(check)} ${got}`);
    const isLast = isRefused(answer) || leftMs() <= 0 || tries >= check.triesMax;
    if (isLast || signal.aborted) {
      const times = tries === 1 ? 'one try' : `${tries} tries`;
      return finding(address, `${nameOf(check)} ${got}, after ${times} within ${check.withinMs} ms.`);
    }
    await clock.sleep(Math.min(leftMs(), check.everyMs), signal);
  }
}

/** Another try would be refused as this one: the address may not be asked, or the command not be run. */
function isRefused(answer: { readonly outcome: string; readonly error?: unknown }): boolean {
  return answer.outcome === 'error' && answer.error instanceof Fault && !answer.error.retryable;
}

/** What is wrong; undefined when it holds. */
async function tryOnce(around: CheckAround, check: Probe, signal: AbortSignal): Promise<string | undefined> {
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
