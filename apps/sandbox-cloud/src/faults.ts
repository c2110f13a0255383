import type pg from 'pg';
import { z } from 'zod';
import { RESOURCE_TYPES } from './resource-types.js';

const TIMES_MAX = 1_000;
const DELAY_MS_MAX = 120_000;

/** What a caller may ask to go wrong: which requests, how, and how often. */
export const FaultRequest = z
  .strictObject({
    match: z
      .strictObject({
        method: z.enum(['GET', 'POST', 'PATCH', 'DELETE']).optional(),
        type: z.enum(RESOURCE_TYPES).optional(),
        /** Name of the resource meant; in a list, of any resource in the answer. */
        name: z.string().max(63).optional(),
      })
      .default({}),
    behaviour: z.discriminatedUnion('kind', [
      /** Waits, then does as asked, even when the caller has gone. */
      z.strictObject({ kind: z.literal('delay'), ms: z.int().min(1).max(DELAY_MS_MAX) }),
      /** Answers an error without effect. */
      z.strictObject({
        kind: z.literal('fail'),
        status: z.int().min(400).max(599),
        /** The problem's code, such as `quota-exceeded`. */
        code: z
          .string()
          .regex(/^[a-z0-9-]{1,63}$/, 'must be 1 to 63 of a-z, 0-9 and hyphens')
          .optional(),
      }),
      /** What a POST makes stays `building`: it never becomes active by itself. */
      z.strictObject({ kind: z.literal('stuck') }),
      /** The effect of a POST or PATCH happens twice. */
      z.strictObject({ kind: z.literal('duplicate') }),
      /** A write answers success without effect; a read answers garbage. */
      z.strictObject({ kind: z.literal('lie') }),
      /** The effect happens, then the connection is closed without an answer. */
      z.strictObject({ kind: z.literal('lose-answer') }),
    ]),
    times: z.int().min(1).max(TIMES_MAX).default(1),
  })
  .refine(
    ({ behaviour, match }) => behaviour.kind !== 'duplicate' || match.method === 'POST' || match.method === 'PATCH',
    { path: ['match', 'method'], message: 'must be POST or PATCH for a duplicate' },
  );

/** A parsed fault request. */
export type FaultRequest = z.infer<typeof FaultRequest>;

/** How a request goes wrong. */
export type FaultBehaviour = FaultRequest['behaviour'];

/** The request that a fault may fit. */
export interface Suspect {
  readonly method: string;
  readonly type: string;
  readonly names: readonly string[];
}

/** Arms a fault. Gives its id. */
export async function armFault(pool: pg.Pool, fault: FaultRequest): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    `insert into faults (method, type, name, behaviour, remaining) values ($1, $2, $3, $4, $5)
     returning id::float8 as id`,
    [
      fault.match.method ?? null,
      fault.match.type ?? null,
      fault.match.name ?? null,
      JSON.stringify(fault.behaviour),
      fault.times,
    ],
  );
  return rows[0]?.id ?? 0;
}

/** Uses up one of the oldest fault that fits the request. Undefined when none does. */
export async function takeFault(pool: pg.Pool, suspect: Suspect): Promise<FaultBehaviour | undefined> {
  const { rows } = await pool.query<{ behaviour: FaultBehaviour }>(
    `update faults set remaining = remaining - 1
     where id = (
       select id from faults
       where remaining > 0
         and (method is null or method = $1)
         and (type is null or type = $2)
         and (name is null or name = any($3::text[]))
       order by id limit 1
       for update)
     returning behaviour`,
    [suspect.method, suspect.type, suspect.names],
  );
  return rows[0]?.behaviour;
}

/** Disarms everything. */
export async function clearFaults(pool: pg.Pool): Promise<void> {
  await pool.query('delete from faults');
}
