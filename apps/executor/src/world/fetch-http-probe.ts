import type { HttpProbe } from '@caisson/execution';
import { Fault } from '@caisson/kernel';

/** Asks URLs with the platform's `fetch`. Reads no body and follows no redirect. */
export class FetchHttpProbe implements HttpProbe {
  async status(url: string, signal: AbortSignal): Promise<number> {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Fault('check-url-invalid', `${url} is no http URL. Correct the check.`, { retryable: false });
    }
    const answer = await fetch(url, { signal, redirect: 'manual' });
    await answer.body?.cancel();
    return answer.status;
  }
}
