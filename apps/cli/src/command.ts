import type { CaissonClient } from '@caisson/client';
import type { Command } from 'commander';
import type { Format } from './output.js';
import { openClient } from './session.js';
import type { Terminal } from './terminal.js';

/** Options that every command has. */
export interface CommonOptions {
  readonly url?: string;
  readonly output: Format;
  readonly quiet?: boolean;
}

/** What a command works with. */
export interface Call {
  readonly client: CaissonClient;
  readonly terminal: Terminal;
  readonly format: Format;
  /** No progress beside the result. */
  readonly isQuiet: boolean;
}

/** A command, under its noun and verb, and under a short name where it has one. */
export interface Verb {
  readonly noun: string;
  readonly verb: string;
  readonly short?: string;
  readonly define: (command: Command, terminal: Terminal) => void;
}

/** The option of commands that show how something was. */
export const AS_OF = [
  '--as-of <point>',
  'as it was: at a version of its deployment, or an instant such as 2026-03-01T10:00:00Z',
] as const;

/** Opens what a command works with, from its options. */
export async function openCall(terminal: Terminal, command: Command): Promise<Call> {
  const { output, quiet = false, url } = command.optsWithGlobals<CommonOptions>();
  return { client: await openClient(terminal, url), terminal, format: output, isQuiet: quiet };
}
