import type { Plan } from '@caisson/client';
import type { Terminal } from './terminal.js';

type Colors = Terminal['colors'];
type Change = Plan['changes'][number];
type Attribute = Change['attributes'][number];

const SIGNS = { create: '+', update: '~', replace: '±', delete: '-', none: ' ' } as const;
const ATTRIBUTES_SHOWN = 40;
const VALUE_CHARACTERS = 80;

/** A plan as a person reads it before saying yes: what changes, what it costs, how dangerous it is. */
export function planView(plan: Plan, colors: Colors): readonly string[] {
  const changes = plan.changes.filter(({ action }) => action !== 'none');
  return [
    colors.bold(`Plan of run ${plan.runId} (${plan.kind})`),
    '',
    ...changes.flatMap((change) => changeLines(change, colors)),
    ...(changes.length === 0 ? ['  Nothing changes.'] : []),
    '',
    ...summary(plan, colors),
  ];
}

/** Whether a plan changes anything. */
export function hasChanges(plan: Plan): boolean {
  return plan.changes.some(({ action }) => action !== 'none');
}

function changeLines({ action, address, attributes, resource }: Change, colors: Colors): readonly string[] {
  const paint = painter(action, colors);
  const name = address === resource ? address : `${resource}  ${colors.dim(address)}`;
  const shown = attributes.slice(0, ATTRIBUTES_SHOWN).map((attribute) => `      ${attributeLine(action, attribute)}`);
  const more = attributes.length - shown.length;
  return [paint(`  ${SIGNS[action]} ${name}`), ...shown, ...(more > 0 ? [`      … and ${more} more`] : [])];
}

function painter(action: Change['action'], colors: Colors): (text: string) => string {
  const painters = { create: colors.green, update: colors.yellow, replace: colors.magenta, delete: colors.red };
  return action === 'none' ? (text) => text : painters[action];
}

function attributeLine(action: Change['action'], { after, before, path, sensitive, unknown }: Attribute): string {
  const next = unknown ? '(known after apply)' : valueText(after, sensitive);
  if (action === 'create') return `${path} = ${next}`;
  if (action === 'delete') return `${path} = ${valueText(before, sensitive)}`;
  return `${path}: ${valueText(before, sensitive)} → ${next}`;
}

function valueText(value: unknown, sensitive: boolean): string {
  if (sensitive) return '(sensitive)';
  if (value === undefined) return '–';
  const text = JSON.stringify(value);
  return text.length > VALUE_CHARACTERS ? `${text.slice(0, VALUE_CHARACTERS - 1)}…` : text;
}

function summary(plan: Plan, colors: Colors): readonly string[] {
  const { cost, duration, irreversible, policy, risk } = plan;
  const level = { low: colors.green, medium: colors.yellow, high: colors.red }[risk.level](risk.level);
  const sign = cost.delta > 0 ? '+' : '';
  return [
    countLine(plan),
    `Cost      ${cost.before} → ${cost.after} ${cost.currency} a month (${sign}${cost.delta})`,
    `Duration  about ${Math.ceil(duration.criticalPathMs / 1_000)} s`,
    `Risk      ${level} (${risk.score} of 100)`,
    ...risk.reasons.map((reason) => `          ${reason}`),
    ...policy.map(({ message, outcome, rule }) => `Policy    ${outcome} ${rule}: ${message}`),
    ...irreversible.map(({ reason, resource }) => colors.red(`No undo   ${resource}: ${reason}`)),
    `Digest    ${plan.digest}`,
  ];
}

function countLine({ changes }: Plan): string {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  const [created, changed, replaced, deleted] = [count('create'), count('update'), count('replace'), count('delete')];
  return `Changes   ${created} to create, ${changed} to change, ${replaced} to replace, ${deleted} to delete`;
}
