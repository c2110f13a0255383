// The health check of a container: 0 when the URL answers 200.
const [url = ''] = process.argv.slice(2);
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_500) });
  process.exit(answer.ok ? 0 : 1);
} catch {
  process.exit(1);
}
