import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

/** A run's state as the live stream tells it. */
export interface RunNews {
  readonly fact: string;
  readonly planDigest?: string;
}

const TYPES = ['run-awaiting-approval', 'run-completed', 'run-failed'].map((fact) => `caisson.deployment.${fact}.v1`);
const NEWS_MS_MAX = 60_000;

/** One live stream of the API (`GET /events`) for all callers: each hears of its own run. */
export class LiveRuns {
  readonly #over = new AbortController();
  readonly #heard = new Map<string, RunNews>();
  readonly #waiting = new Map<string, (news: RunNews) => void>();

  private constructor() {}

  /** Connects. What happens from now on is heard. */
  static async connect({ token, url }: { readonly url: string; readonly token: string }): Promise<LiveRuns> {
    const live = new LiveRuns();
    const response = await fetch(`${url}/api/v1/events?type=${TYPES.join(',')}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` },
      signal: live.#over.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`the live stream answered ${response.status}`);
    void live.#read(Readable.fromWeb(response.body)).catch(() => undefined); // Ended by `close`.
    return live;
  }

  /** The first news of that fact. @throws Error when the run failed, or nothing is heard in time. */
  async until(runId: string, fact: string): Promise<RunNews> {
    const key = `${runId} ${fact}`;
    const news =
      this.#heard.get(key) ??
      (await new Promise<RunNews>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${fact} of run ${runId} was not heard`)), NEWS_MS_MAX);
        this.#waiting.set(key, (heard) => {
          clearTimeout(late);
          resolve(heard);
        });
      }));
    this.#heard.delete(key);
    this.#waiting.delete(key);
    return news;
  }

  close(): void {
    this.#over.abort();
  }

  async #read(stream: Readable): Promise<void> {
    for await (const line of createInterface({ input: stream })) {
      if (line.startsWith('data: ')) this.#take(line.slice('data: '.length));
    }
  }

  #take(text: string): void {
    const { data, type } = JSON.parse(text) as { type: string; data: { runId: string; planDigest?: string } };
    const fact = type.split('.')[2] ?? '';
    const key = `${data.runId} ${fact}`;
    this.#heard.set(key, { fact, ...(data.planDigest === undefined ? {} : { planDigest: data.planDigest }) });
    this.#waiting.get(key)?.(this.#heard.get(key) as RunNews);
  }
}
