import type { DriftItem, HistoryEntry, Plan, RunResource } from '@caisson/client';
import { Failure } from '@caisson/contracts';
import colors from 'picocolors';
import type { Narrator } from './narrator.js';

const BAR_WIDTH = 24;
const SIGNS = { create: '+', update: '~', replace: '±', delete: '-', none: '=' } as const;

/** Tells the story on a terminal, in colour when it is one. */
export class TerminalNarrator implements Narrator {
  readonly #write: (line: string) => void;
  readonly #startedAtMs: number;
  #chapter = 0;

  /** @param write - gets one line without its end. */
  constructor(write: (line: string) => void, startedAtMs: number) {
    this.#write = write;
    this.#startedAtMs = startedAtMs;
  }

  chapter(title: string): void {
    this.#chapter += 1;
    const seconds = ((performance.now() - this.#startedAtMs) / 1000).toFixed(1);
    this.#write('');
    this.#write(
      `${colors.bold(colors.cyan(`${this.#chapter}. ${capitalised(title)}`))} ${colors.dim(`(${seconds} s)`)}`,
    );
  }

  say(text: string): void {
    this.#write(`   ${text}`);
  }

  plan(plan: Plan): void {
    plan.waves.forEach((units, index) => {
      this.say(`wave ${index + 1}: ${units.map((unitId) => describeUnit(plan, unitId)).join('  ')}`);
    });
    for (const change of plan.changes) this.#change(change);
    const { cost, duration, risk } = plan;
    const reasons = risk.reasons.length === 0 ? '' : ` (${risk.reasons.join('; ')})`;
    const seconds = Math.round(duration.criticalPathMs / 1000);
    this.say(
      `cost ${cost.before} → ${cost.after} ${cost.currency} a month, about ${seconds} s, risk ${risk.level}${reasons}`,
    );
    this.say(colors.dim(`plan ${plan.digest}`));
  }

  progress(run: RunResource): void {
    const filled = Math.round((run.progress / 100) * BAR_WIDTH);
    const bar = `${'█'.repeat(filled)}${'·'.repeat(BAR_WIDTH - filled)}`;
    this.say(`${colors.dim(run.kind.padEnd(9))} ${bar} ${String(run.progress).padStart(3)} %  ${run.state}`);
  }

  drift(items: readonly DriftItem[]): void {
    for (const { resource, path, expected, actual, severity } of items) {
      const values = `${JSON.stringify(expected)} expected, ${JSON.stringify(actual)} found`;
      this.say(`${colors.yellow(severity)} ${resource}.${path}: ${values}`);
    }
    if (items.length === 0) this.say('no drift');
  }

  outputs(outputs: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(outputs)) this.say(`${name} = ${JSON.stringify(value)}`);
  }

  timeline(entries: readonly HistoryEntry[]): void {
    const [first] = entries;
    const start = first === undefined ? 0 : Date.parse(first.time);
    for (const entry of entries) {
      const at = `${((Date.parse(entry.time) - start) / 1000).toFixed(2)} s`.padStart(9);
      const fact = entry.type.replace(/^caisson\./, '').replace(/\.v\d+$/, '');
      this.say(`${colors.dim(at)}  ${fact.padEnd(34)} ${colors.dim(detailOf(entry))}`);
    }
  }

  #change(change: Plan['changes'][number]): void {
    if (change.action === 'none') return;
    const attributes = change.attributes
      .slice(0, 4)
      .map(({ path, after, sensitive, unknown }) => `${path}=${shown(after, sensitive, unknown)}`);
    const more = change.attributes.length > 4 ? ' …' : '';
    const { action, address, resource } = change;
    this.say(`  ${SIGNS[action]} ${resource} ${address} ${colors.dim(attributes.join(' ') + more)}`);
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function describeUnit(plan: Plan, unitId: string): string {
  const unit = plan.units.find((candidate) => candidate.unitId === unitId);
  return unit === undefined ? unitId : `${SIGNS[unit.action]}${unitId} (${unit.engine})`;
}

function shown(value: unknown, sensitive: boolean, unknown: boolean): string {
  if (sensitive) return '(sensitive)';
  if (unknown) return '(known after apply)';
  if (value === undefined) return '–';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

function detailOf(entry: HistoryEntry): string {
  const { unitId, attempt, kind, planDigest, failure } = entry.data;
  return [
    typeof unitId === 'string' ? unitId : undefined,
    typeof attempt === 'number' && attempt > 1 ? `attempt ${attempt}` : undefined,
    typeof kind === 'string' ? kind : undefined,
    typeof planDigest === 'string' ? planDigest.slice(0, 19) : undefined,
    Failure.safeParse(failure).data?.code,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}
