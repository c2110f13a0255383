import { z } from 'zod';

/** One thing a tool, an engine or a check had to say. */
export const Diagnostic = z.object({
  severity: z.enum(['error', 'warning']),
  /** A constant short sentence. */
  summary: z.string(),
  /** What exactly, and what to do. */
  detail: z.string().optional(),
  /** The resource meant, in the engine's own words, or a property path. */
  address: z.string().optional(),
});

/** Why something did not work: `code` for programs, `message` for people. */
export const Failure = z.object({
  code: z.string(),
  message: z.string(),
  taskId: z.string().optional(),
  diagnostics: z.array(Diagnostic).default([]),
});

export type Diagnostic = z.infer<typeof Diagnostic>;
export type Failure = z.infer<typeof Failure>;
