import { EngineSettings } from '@caisson/engines';
import { CommonSettings, WholeNumber } from '@caisson/service';
import { z } from 'zod';

const CheckCommands = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON object of absolute paths by name' });
      return z.NEVER;
    }
  })
  .pipe(
    z.record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be named by letters, digits, dots, - and _'),
      z.string().regex(/^\/[^\0]{1,1000}$/, 'must be an absolute path'),
    ),
  );

/** What the executor reads from its environment. */
export const ExecutorSettings = CommonSettings.extend({
  ...EngineSettings.shape,
  /** Runs carried at once. Most of their time they wait for tools. */
  executorRunsMax: WholeNumber.default(50),
  /** When all of those are taken, so many more for tenants that have none of them. */
  executorRunsReserveMax: WholeNumber.default(50),
  /** Attempts that run at once in this process, over all tenants and runs. */
  executorAttemptsMax: WholeNumber.default(32),
  /** Attempts of one tenant that run at once in this process. */
  executorAttemptsPerTenantMax: WholeNumber.default(24),
  /** Attempts of one run that run at once. */
  executorAttemptsPerRunMax: WholeNumber.default(16),
  /** Terraform processes at once: each takes a core and some hundred megabytes. */
  executorTerraformMax: WholeNumber.default(4),
  /** Attempts at once of other engines: `name=number`, comma separated, such as `sandbox=16`. Absent: no bound. */
  executorAttemptsPerEngine: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}=[1-9]\d{0,3}(,[a-z][a-z0-9-]{0,62}=[1-9]\d{0,3})*$/, {
      error: 'must be name=number, comma separated',
    })
    .transform((text): Readonly<Record<string, number>> =>
      Object.fromEntries(text.split(',').map((part) => [part.split('=')[0] ?? '', Number(part.split('=')[1])])),
    )
    .optional(),
  /** A task gets twice its estimated time, but at least so many seconds. Longer than the limits of the engines. */
  executorTaskTimeoutSeconds: WholeNumber.default(600),
  /** JSON object of commands that checks may run, by name: `{"dig": "/usr/bin/dig"}`. Default none. */
  executorCheckCommands: CheckCommands.default({}),
  /** How long running tools may go on when the process is told to stop. Below the limit of a shutdown stage. */
  executorDrainSeconds: WholeNumber.default(8),
});

/** The settings of the executor, checked. */
export type ExecutorSettings = z.infer<typeof ExecutorSettings>;
