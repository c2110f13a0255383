import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fault, messageOf } from '@caisson/kernel';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'CAISSON_';
const REDACTED = '(secret)';

/** Text of at least one character. */
const Text = z.string().min(1);

/** `true` or `false`, as text. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** A whole number, as text. */
export const WholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'must be a whole number')
  .transform(Number);

const PORT_MAX = 65_535;

/** The number of a port, as text; 0 for any that is free. */
export const Port = WholeNumber.refine((port) => port <= PORT_MAX, `must be a port: 0 to ${PORT_MAX}`);

const PostgresUrl = Text.regex(/^postgres(ql)?:\/\//, 'must be a URL: postgres://user:password@host:port/database');

/**
 * What every service reads from its environment. A member `databaseUrl` is the variable `CAISSON_DATABASE_URL`;
 * with `_FILE` behind the name, the value is read from that file.
 */
export const CommonSettings = z.object({
  /** How events travel: by the store itself, or by Kafka with Redis locks. */
  profile: z.enum(['embedded', 'distributed']).default('embedded'),
  /** The address of its HTTP server. */
  host: Text.default('127.0.0.1'),
  /** The port of its HTTP server. 0 = a free one. */
  port: Port.default(0),
  /** Postgres, as the application role: `postgres://user:password@host:port/database`. */
  databaseUrl: PostgresUrl,
  /** The owner of the tables. When it is given, the service migrates at its start. */
  databaseOwnerUrl: PostgresUrl.optional(),
  /** Connections to Postgres at once. */
  databasePoolMax: WholeNumber.default(8),
  /** Proxies before it whose `X-Forwarded-For` is believed. 0: nobody's. */
  trustedProxyHops: WholeNumber.default(0),
  /** `host:port`, comma separated. The `distributed` profile needs it. */
  kafkaBrokers: Text.optional(),
  /** `redis://host:port` or `rediss://…`. The `distributed` profile needs it. */
  redisUrl: Text.optional(),
  /** The least important lines that are logged. */
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type CommonSettings = z.infer<typeof CommonSettings>;

/** Settings that hold a secret, by the end of their name. */
const SECRET_NAME = /(secret|token|key|keys|password|hooks)$/i;

/** Settings that may hold a password among other things. */
const URL_NAME = /url$/i;

/**
 * Reads and checks the settings of a service, once, at its start.
 *
 * @throws Fault `settings-invalid` that lists every variable that is missing or wrong, values left out.
 */
export function readSettings<Settings extends z.ZodObject>(
  schema: Settings,
  environment: Environment,
): z.infer<Settings> {
  const raw: Record<string, string> = {};
  const problems: string[] = [];
  for (const name of Object.keys(schema.shape)) {
    const found = readVariable(variableName(name), environment);
    if ('problem' in found) problems.push(found.problem);
    else if (found.value !== undefined) raw[name] = found.value;
  }
  const parsed = schema.safeParse(raw, { error: whatIsWrong });
  if (!parsed.success) problems.push(...parsed.error.issues.map(problemOf));
  if (problems.length > 0 || !parsed.success) {
    throw new Fault('settings-invalid', `The settings are wrong. ${problems.join('. ')}.`, { retryable: false });
  }
  return parsed.data;
}

/** The settings as they may be printed: secrets and URLs with passwords are replaced. */
export function printableSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, printable(name, value)]));
}

/** `databaseUrl` → `CAISSON_DATABASE_URL`. */
export function variableName(setting: string): string {
  return PREFIX + setting.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** In words of ours, where a schema has none of its own: zod's speak of values, and people of variables. */
function whatIsWrong(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  if (issue.code === 'invalid_value') return `must be ${issue.values.map(String).join(' or ')}`;
  if (issue.code === 'too_small' && issue.origin === 'string') return `must have at least ${issue.minimum} characters`;
  return issue.code === 'invalid_format' && issue.format === 'url' ? 'must be a URL' : undefined;
}

function problemOf({ message, path: [setting, ...within] }: z.core.$ZodIssue): string {
  const place = within.length === 0 ? '' : ` at /${within.join('/')}`;
  return `${variableName(String(setting ?? ''))}${place} ${message}`;
}

function readVariable(name: string, environment: Environment): { value: string | undefined } | { problem: string } {
  const file = environment[`${name}_FILE`];
  if (file === undefined || file === '') {
    const value = environment[name];
    return { value: value === '' ? undefined : value };
  }
  try {
    return { value: readFileSync(file, 'utf8').trimEnd() };
  } catch (error) {
    return { problem: `${name}_FILE cannot be read: ${messageOf(error)}` };
  }
}

function printable(name: string, value: unknown): unknown {
  if (value === undefined || !(SECRET_NAME.test(name) || URL_NAME.test(name))) return value;
  return URL_NAME.test(name) && typeof value === 'string' ? withoutPassword(value) : REDACTED;
}

function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return REDACTED;
  const url = new URL(text);
  if (url.password !== '') url.password = 'secret';
  return url.href;
}
