const SEGMENT_MAX = 64;

/** One segment of a JSON Pointer (RFC 6901, section 3), cut so that an answer cannot be made to grow. */
export function escapePointer(segment: string): string {
  const cut = segment.length > SEGMENT_MAX ? `${segment.slice(0, SEGMENT_MAX)}…` : segment;
  return cut
    .replaceAll(/[\p{Surrogate}\p{Cc}]/gu, '\ufffd')
    .replaceAll('~', '~0')
    .replaceAll('/', '~1');
}

/** The JSON Pointer of a path of keys and indexes. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((segment) => `/${escapePointer(String(segment))}`).join('');
}
