import type { Diagnostic } from '@caisson/contracts';
import { Fault } from '@caisson/kernel';

/** An engine could not answer now. Code `engine-trouble`; another try may help. */
export class EngineTrouble extends Fault {
  /** What the engine's tool said, each with the unit that it is about. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, options: { readonly diagnostics: readonly Diagnostic[]; readonly cause: unknown }) {
    super('engine-trouble', message, { retryable: true, cause: options.cause });
    this.diagnostics = options.diagnostics;
  }
}
