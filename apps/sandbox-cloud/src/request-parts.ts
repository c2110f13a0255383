import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseAround } from './refusal.js';
import type { WriteContext } from './write-context.js';

/** Visible ASCII, at most 300 characters: what keys and ids look like in headers and queries. */
const Key = z.string().regex(/^[\x21-\x7e]{1,300}$/, 'must be 1 to 300 visible ASCII characters');
const WholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

const LIST_LIMIT_MAX = 200;
const LEDGER_LIMIT_MAX = 1_000;

const WriteHeaders = z
  .object({ 'action-key': Key.optional(), deployment: Key.optional(), 'fencing-token': WholeNumber.optional() })
  .refine((headers) => (headers.deployment === undefined) === (headers['fencing-token'] === undefined), {
    path: ['fencing-token'],
    message: 'must come together with Deployment',
  });

/** The query of a list of resources. */
export const ResourceListQuery = z.strictObject({
  name: Key.optional(),
  actionKey: Key.optional(),
  deployment: Key.optional(),
  unit: Key.optional(),
  tenant: Key.optional(),
  after: Key.optional(),
  limit: WholeNumber.pipe(z.int().min(1).max(LIST_LIMIT_MAX)).default(100),
});

/** The query of the ledger. */
export const LedgerListQuery = z.strictObject({
  deployment: Key.optional(),
  actionKey: Key.optional(),
  resource: Key.optional(),
  after: WholeNumber.default(0),
  limit: WholeNumber.pipe(z.int().min(1).max(LEDGER_LIMIT_MAX)).default(200),
});

/** Who writes, from the headers `Action-Key`, `Deployment` and `Fencing-Token`. @throws Refusal 400. */
export function writeContextOf(request: FastifyRequest): WriteContext {
  const headers = parseAround(WriteHeaders, request.headers, 'header');
  return {
    actionKey: headers['action-key'],
    deployment: headers.deployment,
    fencingToken: headers['fencing-token'],
    startedAt: new Date(),
  };
}
