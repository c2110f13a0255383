import type { Json } from '@caisson/kernel';
import { z } from 'zod';
import { JsonValue } from './json-value.js';

/** More tries than the longest time with a pause of half a second allows. */
const TRIES_MAX = 1_000;

const PORT_MAX = 65_535;

/** When a check is tried, and when it has failed. The first of the two bounds that is reached ends it. */
const schedule = {
  /** How long it may take until it holds. */
  withinMs: z.int().min(1).max(600_000).default(30_000),
  /** Pause between two tries. */
  everyMs: z.int().min(100).max(60_000).default(1_000),
  /** How often it is tried at most. */
  triesMax: z.int().min(1).max(TRIES_MAX).default(TRIES_MAX),
};

const Host = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[^\s/]+$/, 'must be a host name or an address');

/** Compares a value. Whole text and numbers; lists and objects are compared as a whole. */
const TESTS = ['equals', 'differs', 'contains', 'at_least', 'at_most', 'present'] as const;

/** Asks a URL by GET. Follows no redirect, reads no body. */
export const HttpCheck = z.strictObject({
  kind: z.literal('http'),
  url: z.string().max(2048),
  expectStatus: z.int().min(100).max(599).default(200),
  ...schedule,
});

/** Connects to a port and hangs up. */
export const TcpCheck = z.strictObject({
  kind: z.literal('tcp'),
  host: Host,
  port: z.union([z.int().min(1).max(PORT_MAX), z.string().regex(/^\$\{[^}]{1,256}\}$/)], {
    error: 'must be a port from 1 to 65535, or one reference such as ${db.outputs.port}',
  }),
  ...schedule,
});

/** Runs a command that the administrator allows by name. No shell reads it. */
export const CommandCheck = z.strictObject({
  kind: z.literal('command'),
  command: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be the name of an allowed command'),
  args: z.array(z.string().max(2048)).max(50).default([]),
  expectExitCode: z.int().min(0).max(255).default(0),
  ...schedule,
});

/** Judges a value that the resources gave. */
export const OutputCheck = z.strictObject({
  kind: z.literal('output'),
  value: z.string().max(2048),
  test: z.enum(TESTS).default('present'),
  /** What it is compared with; nothing for `present`. */
  expected: JsonValue.default(null),
});

/** The engine's own reading of the resource equals what was applied: always so, and with this, it may take longer. */
export const ObservedCheck = z.strictObject({ kind: z.literal('observed'), ...schedule });

/** What must hold before a run is completed. Texts may hold references. */
export const Check = z.discriminatedUnion('kind', [HttpCheck, TcpCheck, CommandCheck, OutputCheck, ObservedCheck]);

export type Check = z.infer<typeof Check>;

/** A URL as people may see it: user, password, query and fragment may be secrets and are left out. */
export function shownUrl(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '?…');
}

/** The port that a value is, as a number or its text; undefined when it is none. */
export function portOf(value: Json): number | undefined {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  return typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= PORT_MAX ? port : undefined;
}
