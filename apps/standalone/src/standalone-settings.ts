import { z } from 'zod';
import { Flag, Port } from '@caisson/service';

/** Settings of the one-process installation; the services' own are derived from them. */
export const StandaloneSettings = z.object({
  /** Where data and generated secrets are kept. */
  dataDir: z.string().min(1).default('.caisson'),
  /** The address that it listens on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Its port, for people, webhooks and Terraform's state alike. 0 = a free one. */
  port: Port.default(8080),
  /** Port of the sandbox cloud. 0 = a free one. */
  sandboxPort: Port.default(0),
  /** Wait for the disk at each commit; off only for throwaway data. */
  durable: Flag.default(true),
  /** The least important lines that are logged. */
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The settings of the one-process installation, checked. */
export type StandaloneSettings = z.infer<typeof StandaloneSettings>;
