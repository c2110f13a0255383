import { canonicalJson, type Json } from '@caisson/kernel';

/** Whether two lists hold the same, each as often, in whichever order. O(n log n). */
export function holdsTheSame(one: readonly Json[], other: readonly Json[]): boolean {
  if (one.length !== other.length) return false;
  const left = sorted(one);
  return sorted(other).every((text, index) => text === left[index]);
}

function sorted(values: readonly Json[]): readonly string[] {
  return values.map((value) => canonicalJson(value)).sort();
}
