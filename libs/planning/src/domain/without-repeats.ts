/** Up to so many names it is cheaper to look through them than to hash them. */
const SCANNED_MAX = 16;

/** The names in their order, each once. O(names). */
export function withoutRepeats(names: readonly string[]): readonly string[] {
  if (names.length < 2) return names;
  if (names.length > SCANNED_MAX) return [...new Set(names)];
  const kept: string[] = [];
  for (const name of names) if (!kept.includes(name)) kept.push(name);
  return kept;
}
