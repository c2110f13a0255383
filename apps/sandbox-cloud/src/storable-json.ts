/** Bounds of one JSON body, so that neither the parser's stack nor the database's is at a caller's mercy. */
const DEPTH_MAX = 32;
const VALUES_MAX = 20_000;

/** Why Postgres or we could not keep a JSON value; undefined when we can. O(size), no recursion. */
export function whyUnstorable(value: unknown): string | undefined {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value, depth: 0 }];
  let seen = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    seen += 1;
    if (seen > VALUES_MAX) return `has more than ${VALUES_MAX} values`;
    if (next.depth > DEPTH_MAX) return `is nested deeper than ${DEPTH_MAX} levels`;
    if (typeof next.value === 'string' && !isStorableText(next.value))
      return 'has text with U+0000 or half a character';
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const [key, member] of Object.entries(next.value)) {
      if (!isStorableText(key)) return 'has a key with U+0000 or half a character';
      pending.push({ value: member, depth: next.depth + 1 });
    }
  }
  return undefined;
}

/** Postgres keeps neither U+0000 nor unpaired surrogates. */
function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && !/\p{Surrogate}/u.test(text);
}
