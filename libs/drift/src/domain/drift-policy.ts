import { DriftPolicy } from '@caisson/contracts';
import { digestOf } from '@caisson/kernel';
import first from './built-in/drift-policy.v1.json' with { type: 'json' };

/** One version of a tenant's drift policy, with the content address of what it says. */
export interface PolicyVersion {
  /** From 1: the one that comes with Caisson. */
  readonly version: number;
  readonly digest: string;
  readonly content: DriftPolicy;
}

const content = DriftPolicy.parse(first);

/** What holds until an administrator replaces it. */
export const BUILT_IN_POLICY: PolicyVersion = { version: 1, digest: digestOf(content), content };
