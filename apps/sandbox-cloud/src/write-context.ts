/** Who writes, and as part of what. */
export interface WriteContext {
  /** The intended change; undefined for one made by hand, which the ledger notes as outside. */
  readonly actionKey: string | undefined;
  readonly deployment: string | undefined;
  /** Rises with each holder of the deployment. */
  readonly fencingToken: number | undefined;
  /** When the request came in. */
  readonly startedAt: Date;
}

/** What an effect is run for: kept, run and taken back (a lie), made twice, or left unfinished. */
export type EffectMode = 'once' | 'none' | 'twice' | 'stuck';
