/**
 * Waits until `probe` gives something other than undefined or false. Polls every 20 ms; never sleeps blindly.
 *
 * @throws Error that names what was awaited and the last error, when the limit passes.
 */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined | false> | Value | undefined | false,
  limitMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + limitMs;
  let lastError: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited ${limitMs} ms for ${what}`, { cause: lastError });
}
