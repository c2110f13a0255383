import { z } from 'zod';
import { Flag, WholeNumber } from '@caisson/service';

/** Settings of the one-process installation; the services' own are derived from them. */
export const StandaloneSettings = z.object({
  /** Where data and generated secrets are kept. */
  dataDir: z.string().min(1).default('.caisson'),
  host: z.string().min(1).default('127.0.0.1'),
  /** 0 = a free one. */
  port: WholeNumber.default(8080),
  /** Port of the sandbox cloud. 0 = a free one. */
  sandboxPort: WholeNumber.default(0),
  /** Wait for the disk at each commit; off only for throwaway data. */
  durable: Flag.default(true),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export type StandaloneSettings = z.infer<typeof StandaloneSettings>;
