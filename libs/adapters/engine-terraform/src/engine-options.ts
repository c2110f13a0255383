import { join, resolve } from 'node:path';
import type { RunnerRegistry } from '@caisson/engine';
import type { IdGenerator } from '@caisson/kernel';
import type { StateCredentials } from './state-backend/state-credentials.js';

/** Limits of one Terraform command, in milliseconds. */
export interface TerraformLimits {
  /** Commands that only read: `init`, `validate`, `plan`, `show`. */
  readonly readMs: number;
  /** Commands that change the world: `apply` and what is like it. */
  readonly actMs: number;
  /** How long Terraform may take to save its state and stop when asked, before it is killed. */
  readonly graceMs: number;
}

/** Limits when none are given. A provider may take long to stop: the grace is generous. */
export const DEFAULT_TERRAFORM_LIMITS: TerraformLimits = { readMs: 600_000, actMs: 3_600_000, graceMs: 120_000 };

/** What the engine needs. */
export interface TerraformEngineOptions {
  /** Absolute path of `terraform` or `tofu` (`findTerraform`). */
  readonly binary: string;
  /**
   * Where it works. Keep it over restarts, so that what a crash left is recovered; processes of one service on one
   * machine may share it.
   */
  readonly dataDirectory: string;
  /** Base of the state addresses: `StateServer.address`, or where the backend is mounted. */
  readonly stateAddress: string;
  /** Must be those that the state backend accepts. */
  readonly credentials: StateCredentials;
  readonly registry: RunnerRegistry;
  readonly ids: IdGenerator;
  /** The process environment; only harmless names are taken over. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** More variables for Terraform and its providers, set by the operator. Names that start with `TF_` are refused. */
  readonly toolEnvironment?: Readonly<Record<string, string>>;
  /** Downloaded providers are kept here, one copy for all. Default: in the data folder. */
  readonly pluginCacheDirectory?: string;
  /** Providers come from here only; nothing is downloaded. */
  readonly providerMirrorDirectory?: string;
  readonly limits?: Partial<TerraformLimits>;
}

/** The folder that downloaded providers are kept in. */
export function pluginCacheOf(options: TerraformEngineOptions): string {
  return resolve(options.pluginCacheDirectory ?? join(options.dataDirectory, 'plugin-cache'));
}
