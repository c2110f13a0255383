/** The beginning of a text, at most so many UTF-16 units and never half a character, which JSON stores refuse. */
export function cutText(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/\p{Surrogate}$/u, '');
}
