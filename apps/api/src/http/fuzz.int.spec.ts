import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { useApi } from '../api.harness.js';
import { RequestFuzzer, type MadeRequest } from './request-fuzzer.harness.js';

const api = useApi();

const REQUESTS = Number(process.env['CAISSON_FUZZ_REQUESTS'] ?? 20_000);
const SEED = Number(process.env['CAISSON_FUZZ_SEED'] ?? 1);
const AT_ONCE = 16;
/** Twice as long as 18,700 took on two processors that others used too. */
const LIMIT_MS = 180_000;
/** What caches may still grow by once they are warm. */
const GROWTH_BYTES_MAX = 48 * 1_048_576;

/** They would end the session that asks. */
const WITHOUT = new Set(['logOut', 'changePassword']);

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it(
  `answers ${REQUESTS} made requests as its document says, none with 5xx, and stays as it was`,
  async () => {
    const fuzzer = new RequestFuzzer(api.document, SEED, WITHOUT);
    const failures: string[] = [];
    const rejections: unknown[] = [];
    const onRejection = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', onRejection);
    const counts = new Map<number, number>();
    for (let index = 0; index < 5; index += 1) {
      const { id, runId } = await api.created();
      fuzzer.learn([id, runId]);
    }
    const send = async ({ headers, intent, method, payload, url }: MadeRequest): Promise<void> => {
      const answer = await api.app.inject({
        ...{ method: method as 'GET', url, headers: { authorization: `Bearer ${api.token}`, ...headers } },
        ...(payload === undefined ? {} : { payload }),
      });
      counts.set(answer.statusCode, (counts.get(answer.statusCode) ?? 0) + 1);
      if (answer.statusCode >= 500) failures.push(`${intent} ${method} ${url} ${payload ?? ''}: ${answer.body}`);
      if (answer.statusCode === 202) {
        const { deployment, run } = answer.json<{ deployment?: { id: string }; run?: { id: string } }>();
        if (counts.get(202)! % 10 === 0) fuzzer.learn([deployment?.id, run?.id]);
      }
    };
    const beganMs = performance.now();
    let sent = 0;
    let warmBytes = 0;
    // Callers of their own: one that waits for a version does not hold up the others.
    const call = async (): Promise<void> => {
      while (sent < REQUESTS && performance.now() - beganMs < LIMIT_MS) {
        sent += 1;
        await send(fuzzer.next());
        api.logged.length = 0;
        if (warmBytes === 0 && sent > REQUESTS / 4) warmBytes = usedBytes();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, call));
    process.off('unhandledRejection', onRejection);
    expect(failures.slice(0, 5)).toEqual([]);
    expect(rejections).toEqual([]);
    expect(sent).toBeGreaterThanOrEqual(REQUESTS);
    expect(usedBytes() - warmBytes).toBeLessThan(GROWTH_BYTES_MAX);
    expect(counts.get(202)).toBeGreaterThan(REQUESTS / 400);
    expect((await api.ask('GET', '/auth/me')).status).toBe(200);
  },
  LIMIT_MS + 60_000,
);
