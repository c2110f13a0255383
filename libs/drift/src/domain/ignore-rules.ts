import type { DriftItem } from '@caisson/contracts';
import type { Instant } from '@caisson/kernel';
import type { UnitFinding } from './compare.js';
import { covers } from './severity.js';

/** Differences of one deployment that somebody decided to live with. */
export interface IgnoreRule {
  readonly id: string;
  /** Address of the resource, such as `web[0]`; absent: any. */
  readonly resource?: string | undefined;
  /** Keys with dots between them, `*` for any one key; it stands for what is below it, too. */
  readonly path: string;
  readonly reason: string;
  /** Absent: for good, where the policy lets it. */
  readonly expiresAt?: Instant | undefined;
  /** Principal id. */
  readonly addedBy: string;
  readonly addedAt: Instant;
}

/** A difference that a rule sets aside. */
export type IgnoredItem = DriftItem & { readonly rule: string };

/** What is left of some findings, and what rules set aside. */
export interface Sifted {
  readonly findings: readonly UnitFinding[];
  readonly ignored: readonly IgnoredItem[];
}

/** Whether a rule still counts. One without an end does not count where the policy demands one. */
export function isInForce({ expiresAt }: IgnoreRule, at: Instant, expiryRequired: boolean): boolean {
  return expiresAt === undefined ? !expiryRequired : expiresAt > at;
}

/** Sets aside what rules cover; the first that does is named. O(items × rules). */
export function siftFindings(findings: readonly UnitFinding[], rules: readonly IgnoreRule[]): Sifted {
  if (rules.length === 0) return { findings, ignored: [] };
  const ignored: IgnoredItem[] = [];
  const left = findings.map((finding): UnitFinding => {
    if (finding.outcome === 'unreadable') return finding;
    const items = finding.items.filter((item) => {
      const rule = rules.find((one) => fits(one, item));
      if (rule !== undefined) ignored.push({ ...item, rule: rule.id });
      return rule === undefined;
    });
    return { ...finding, items };
  });
  return { findings: left, ignored };
}

function fits({ path, resource }: IgnoreRule, item: DriftItem): boolean {
  return (resource === undefined || resource === item.resource) && covers(path, item.path.split('.'));
}
