import { isNetwork } from '@caisson/probes';
import { EncryptionKey } from '@caisson/secret-box';
import { z } from 'zod';

const Networks = z
  .string()
  .transform((text) => text.split(',').map((network) => network.trim()))
  .refine((networks) => networks.every(isNetwork), 'must be networks such as 10.0.0.0/8, comma separated');

/** What a service that drives engines reads from its environment, beside the common settings. */
export const EngineSettings = z.object({
  /** Keys that seal state and plans at rest: `id:base64` of 32 bytes, comma separated; the first one writes. */
  encryptionKey: EncryptionKey,
  /** Where tools work. Kept over restarts, so that what a crash left is found. */
  dataDir: z.string().min(1),
  /** Where Terraform reaches its state: the executor's own URL. */
  stateBackendUrl: z.url({ protocol: /^https?$/ }),
  /** Absent: there is no sandbox cloud. */
  sandboxUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** How long a server of the sandbox cloud may take to become active, before its task fails. */
  sandboxReadySeconds: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'must be a whole number from 1 to 9999')
    .transform(Number)
    .default(300),
  /** `terraform` or `tofu`. Absent: the first one on the PATH. */
  terraformPath: z.string().min(1).optional(),
  /** Networks that checks and polls may reach, comma separated, such as `10.0.0.0/8`. Absent: all not denied. */
  probeAllow: Networks.default([]),
  /** Networks that they may not. Link-local addresses and the metadata of clouds never may be. */
  probeDeny: Networks.default([]),
  /** How long a tool that is asked to stop may take, to save its state, before it is killed. 1 to 600. */
  toolGraceSeconds: z
    .string()
    .regex(/^([1-9]\d?|[1-5]\d\d|600)$/, 'must be a whole number from 1 to 600')
    .transform(Number)
    .default(120),
});

export type EngineSettings = z.infer<typeof EngineSettings>;
