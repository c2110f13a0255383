import { z } from 'zod';
import { PUBLIC_EVENTS } from '../public-event.js';
import { CONTEXTS, type Context } from '../topics.js';
import type { Permission } from './access.js';

/** Types that one live stream may name. */
const TYPES_MAX = 30;

const PATTERN = /^caisson\.([a-z]+)\.(?:\*|([a-z-]+)\.v1)$/;

/** Which permission shows the events of a context. */
export const CONTEXT_PERMISSIONS: Readonly<Record<Context, Permission>> = {
  deployment: 'deployment:read',
  planning: 'deployment:read',
  execution: 'deployment:read',
  drift: 'drift:read',
  webhooks: 'deployment:read',
  tenancy: 'user:manage',
};

/** Query of the live stream. The tenant is always the caller's. */
export const LiveEventsQuery = z.strictObject({
  deployment: z.uuid().optional().describe('Only what happens to this deployment, its plans, runs and scans.'),
  type: z
    .string()
    .min(1)
    .max(2_000)
    .transform((text) => text.split(','))
    .refine((types) => types.length <= TYPES_MAX, `must name at most ${TYPES_MAX} types`)
    .refine(
      (types) => types.every((type) => isKnown(type)),
      'must be types of public events such as caisson.deployment.run-completed.v1 or caisson.execution.*, ' +
        'separated by commas',
    )
    .optional()
    .describe('Only these types, separated by commas; caisson.execution.* stands for all of a context.'),
});

/** A query of the live stream that was checked. */
export type LiveEventsQuery = z.infer<typeof LiveEventsQuery>;

/** The context that a type, or a pattern such as `caisson.execution.*`, is of. */
export function contextOfType(type: string): Context | undefined {
  const name = /^caisson\.([a-z]+)\./.exec(type)?.[1];
  return CONTEXTS.find((context) => context === name);
}

function isKnown(pattern: string): boolean {
  const fact = PATTERN.exec(pattern)?.[2];
  const context = PATTERN.test(pattern) ? contextOfType(pattern) : undefined;
  return context !== undefined && (fact === undefined || Object.hasOwn(PUBLIC_EVENTS[context], fact));
}
