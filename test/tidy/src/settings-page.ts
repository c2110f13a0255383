import { ApiSettings } from '@caisson/api';
import { DriftDetectorSettings } from '@caisson/drift-detector';
import { EngineSettings } from '@caisson/engines';
import { ExecutorSettings } from '@caisson/executor';
import { PlannerSettings } from '@caisson/planner';
import { CommonSettings, Flag, Port, variableName, WholeNumber } from '@caisson/service';
import { StandaloneSettings } from '@caisson/standalone';
import { WebhookIngestSettings } from '@caisson/webhook-ingest';
import { z } from 'zod';
import { madeFrom, page, table } from './markdown.js';
import { read } from './repository.js';

const SOURCES = {
  common: 'libs/adapters/service/src/settings.ts',
  engines: 'libs/adapters/engines/src/engine-settings.ts',
  api: 'apps/api/src/settings.ts',
  planner: 'apps/planner/src/settings.ts',
  executor: 'apps/executor/src/settings.ts',
  'drift-detector': 'apps/drift-detector/src/settings.ts',
  'webhook-ingest': 'apps/webhook-ingest/src/settings.ts',
  standalone: 'apps/standalone/src/standalone-settings.ts',
} as const;

type Source = keyof typeof SOURCES;
type Shape = Readonly<Record<string, z.ZodType>>;

const COMMON: Shape = CommonSettings.shape;
const ENGINES: Shape = EngineSettings.shape;

const SERVICES: readonly { readonly name: Source; readonly shape: Shape; readonly drivesEngines: boolean }[] = [
  { name: 'api', shape: ApiSettings.shape, drivesEngines: false },
  { name: 'planner', shape: PlannerSettings.shape, drivesEngines: true },
  { name: 'executor', shape: ExecutorSettings.shape, drivesEngines: true },
  { name: 'drift-detector', shape: DriftDetectorSettings.shape, drivesEngines: true },
  { name: 'webhook-ingest', shape: WebhookIngestSettings.shape, drivesEngines: false },
];

/** The page `docs/reference/settings.md`, made from the schemas that check the settings at start. */
export function settingsPage(): string {
  const services = SERVICES.flatMap(({ drivesEngines, name, shape }) => {
    const shared = drivesEngines ? { ...COMMON, ...ENGINES } : COMMON;
    const own = Object.entries(shape).filter(([setting]) => !(setting in shared));
    const also = drivesEngines ? ' and those of a service that drives engines' : '';
    return [`## ${name}`, `Besides the settings of every service${also}:`, tableOf(name, Object.fromEntries(own))];
  });
  return page('Settings', [
    'Every service reads its settings from the environment, once, at its start. It checks all of them ' +
      'before it does anything ' +
      'else, and ends with one message that lists every variable that is missing or wrong. It prints what ' +
      'it runs with, ' +
      'secrets left out.',
    'With `_FILE` behind its name, a variable names a file that holds the value: ' +
      '`CAISSON_JWT_SECRET_FILE=/run/secrets/jwt`. ' +
      'The file wins over the plain variable. An empty variable is one that is not set. Unknown variables are ignored.',
    madeFrom(...Object.values(SOURCES)),
    '## Every service',
    tableOf('common', COMMON),
    '## Services that drive engines',
    'Planner, executor and drift detector. All of them need the same keys and the same executor.',
    tableOf('engines', ENGINES),
    ...services,
    '## standalone',
    'One process, as `npm start` and `npm run demo` run it. It makes its own database, secrets and ' +
      'addresses, so it sets ' +
      'the services’ variables itself, whatever the environment says; the others reach the services as ' +
      'they are, such as ' +
      '`CAISSON_WEBHOOK_HOOKS` or `CAISSON_EXECUTOR_RUNS_MAX`. Generated secrets stay in `secrets.json` in ' +
      'the data folder.',
    tableOf('standalone', StandaloneSettings.shape),
    '## Tracing',
    'Every process sends traces when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and none otherwise ' +
      '([how](../how-to/trace-a-run.md)). The other ' +
      '`OTEL_*` variables ' +
      'of OpenTelemetry’s Node SDK count too.',
    '## Logging',
    'Every process writes one JSON object a line to its standard output, from `CAISSON_LOG_LEVEL` on. `SIGUSR2` ' +
      'switches a running one to `debug`, and a second one back: `kill -USR2 PID`, ' +
      '`docker compose kill -s SIGUSR2 executor`, or ' +
      '`kubectl exec POD -- node -e "process.kill(1, \'SIGUSR2\')"`. ' +
      'Lines of one story have the same `correlationId`; ' +
      'they name the `tenantId`, and the `runId` where there is a run.',
    '## Elsewhere',
    'The sandbox cloud has [its own settings](sandbox-cloud.md). `npm run stack` takes `CAISSON_PORT` for the API, ' +
      '`CAISSON_STACK_DIR` for its folder and `REDIS_SERVER` for the program that is started as Redis.',
  ]);
}

function tableOf(source: Source, shape: Shape): string {
  const text = read(SOURCES[source]);
  const rows = Object.entries(shape).map(([setting, schema]) => [
    `\`${variableName(setting)}\``,
    valueOf(schema),
    defaultOf(schema),
    commentOf(text, setting, Object.keys(shape)),
  ]);
  return table(['Variable', 'Value', 'Default', 'Meaning'], rows);
}

/** What is written in a variable. */
function valueOf(schema: z.ZodType): string {
  const inner = unwrapped(schema);
  if (inner === WholeNumber || inner === Port || typeof schema.safeParse(undefined).data === 'number')
    return 'whole number';
  if (inner === Flag) return '`true`, `false`';
  if (inner instanceof z.ZodEnum) return inner.options.map((option) => `\`${String(option)}\``).join(', ');
  if (inner instanceof z.ZodURL) return 'URL';
  if (inner instanceof z.ZodString) return textOf(inner);
  return ['{}', '[]'].some((json) => inner.safeParse(json).success) ? 'JSON' : 'text';
}

function textOf({ minLength }: z.ZodString): string {
  return minLength !== null && minLength > 1 ? `text, at least ${minLength} characters` : 'text';
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return 'required';
  if (parsed.data === undefined) return 'none';
  return `\`${typeof parsed.data === 'string' ? parsed.data : JSON.stringify(parsed.data)}\``;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const inner = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional ? schema.unwrap() : undefined;
  return inner === undefined ? schema : unwrapped(inner as z.ZodType);
}

/**
 * The doc comment above a member of a schema, with settings named as variables.
 *
 * @throws Error when there is none: a setting must say what it does.
 */
function commentOf(source: string, member: string, settings: readonly string[]): string {
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*${member}:`).exec(source)?.[1];
  if (comment === undefined) throw new Error(`The setting ${member} has no doc comment. Say what it does.`);
  const text = comment.replaceAll(/\s*\n\s*\*\s*/g, ' ').trim();
  return text.replaceAll(/`(\w+)`/g, (all, name: string) =>
    settings.includes(name) ? `\`${variableName(name)}\`` : all,
  );
}
