import { readFile } from 'node:fs/promises';
import { CommonSettings } from '@caisson/service';
import { Fault, messageOf } from '@caisson/kernel';
import { z } from 'zod';

const SECRET_CHARACTERS_MIN = 16;
const CALLBACK_SECRET_CHARACTERS_MIN = 32;
const HOOKS_MAX = 1000;

/** One hook: who may send to `/webhooks/{id}`, and for which tenant. A hook without a secret does not exist. */
const Hook = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 of A-Z, a-z, 0-9, - and _'),
    kind: z.literal('github'),
    tenantId: z.string().min(1).max(64),
    secret: z.string().min(SECRET_CHARACTERS_MIN).optional(),
    /** A file that holds the secret. */
    secretFile: z.string().min(1).optional(),
  })
  .refine(({ secret, secretFile }) => (secret === undefined) !== (secretFile === undefined), {
    message: 'each hook needs either secret or secretFile',
  });

/** What webhook-ingest reads from its environment, beside what every service reads. */
export const WebhookIngestSettings = CommonSettings.extend({
  /**
   * Signs the addresses of callbacks and makes the secrets of webhooks; the same as the API's. Without it there are
   * none.
   */
  callbackSecret: z.string().min(CALLBACK_SECRET_CHARACTERS_MIN).optional(),
  /** Did so before; what it signed or made is still accepted while `callbackSecret` replaces it. */
  callbackPreviousSecret: z.string().min(CALLBACK_SECRET_CHARACTERS_MIN).optional(),
  /**
   * Hooks of the installation, beside the webhooks of tenants; a JSON list:
   * `[{"id", "kind": "github", "tenantId", "secret" | "secretFile"}]`.
   */
  webhookHooks: z
    .string()
    .default('[]')
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a JSON list of hooks' });
        return z.NEVER;
      }
    })
    .pipe(z.array(Hook).max(HOOKS_MAX))
    .refine((hooks) => new Set(hooks.map(({ id }) => id)).size === hooks.length, 'has two hooks with one id'),
});

/** The settings of webhook-ingest, checked. */
export type WebhookIngestSettings = z.infer<typeof WebhookIngestSettings>;

/** A hook with its secret at hand. */
export interface HookSecret {
  readonly tenantId: string;
  readonly secret: string;
}

/**
 * Reads the secrets that are kept in files.
 *
 * @throws Fault `settings-invalid` that names the hook; never the secret.
 */
export async function loadHooks(
  hooks: WebhookIngestSettings['webhookHooks'],
): Promise<ReadonlyMap<string, HookSecret>> {
  const loaded = await Promise.all(
    hooks.map(async ({ id, secret, secretFile, tenantId }) => {
      const value = secret ?? (await readSecret(id, secretFile ?? ''));
      return [id, { tenantId, secret: value }] as const;
    }),
  );
  return new Map(loaded);
}

async function readSecret(hookId: string, file: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trimEnd();
  } catch (cause) {
    throw invalid(`The secret of hook ${hookId} cannot be read: ${messageOf(cause)}.`, cause);
  }
  if (text.length >= SECRET_CHARACTERS_MIN) return text;
  throw invalid(`The secret of hook ${hookId} has less than ${SECRET_CHARACTERS_MIN} characters. Use a longer one.`);
}

function invalid(message: string, cause?: unknown): Fault {
  return new Fault('settings-invalid', message, { retryable: false, cause });
}
