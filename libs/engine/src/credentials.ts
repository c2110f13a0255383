/** Secret values by name: environment variables of a tool, or what an engine takes them for. */
export type Secrets = Readonly<Record<string, string>>;

/** What an engine is asked. */
export type EngineOperation = 'validate' | 'plan' | 'apply' | 'observe' | 'destroy';

/** Which credential is needed, by which call. */
export interface CredentialUse {
  readonly tenantId: string;
  readonly name: string;
  readonly operation: EngineOperation;
  readonly deploymentId: string;
  readonly runId: string;
  readonly actionKey: string;
}

/** Gives out the credentials of tenants, to calls of engines alone. */
export interface CredentialSource {
  /**
   * The values as they are now. That they were given, and to what, is recorded before.
   *
   * @throws EngineFailure `credential-not-found` (permanent), and the store's own faults.
   */
  use(request: CredentialUse): Promise<Secrets>;
}
