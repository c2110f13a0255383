import { describe, expect, it } from 'vitest';
import { ApiProblem } from './problem.js';
import type { DriftReportResource } from './resources.js';
import { isPutRight, isScanned, waitForReport } from './wait-for-report.js';

type Seen = Pick<DriftReportResource, 'status' | 'remediation'> | { readonly refusedWith: number };

/** A report that looks like this one look after the other, and like the last from then on. */
function looks(...sights: readonly Seen[]): (id: string) => Promise<DriftReportResource> {
  let look = 0;
  return async (id) => {
    const seen = sights[Math.min(look, sights.length - 1)]!;
    look += 1;
    if ('refusedWith' in seen) throw new ApiProblem({ code: 'c', title: 't', status: seen.refusedWith });
    return { id, ...seen } as DriftReportResource;
  };
}

const outcome = (of: string): Seen => ({ status: 'completed', remediation: { outcome: of, at: '' } });

describe('waiting for the report of a scan', () => {
  it('goes on while the scan has not begun, and ends when it has looked', async () => {
    const look = looks({ refusedWith: 404 }, { status: 'running' }, { status: 'completed' });
    expect(await waitForReport('s', { look, isThrough: isScanned })).toMatchObject({ id: 's', status: 'completed' });
  });

  it.each(['gone', 'remains', 'refused', 'held'])('ends when what it found is said to be %s', async (last) => {
    const look = looks({ status: 'completed' }, outcome('requested'), outcome('started'), outcome(last));
    expect(await waitForReport('s', { look, isThrough: isPutRight })).toMatchObject({ remediation: { outcome: last } });
  });

  it('passes on what the API refuses', async () => {
    await expect(waitForReport('s', { look: looks({ refusedWith: 403 }), isThrough: isScanned })).rejects.toThrow(
      '403',
    );
  });

  it('does not wait for ever, and says how far it came', async () => {
    const wait = (seen: Seen, isThrough: typeof isScanned): Promise<unknown> =>
      waitForReport('s', { look: looks(seen), isThrough, limitMs: 150 });
    await expect(wait({ refusedWith: 404 }, isScanned)).rejects.toThrow('s is not begun');
    await expect(wait({ status: 'running' }, isScanned)).rejects.toThrow('s is running');
    await expect(wait(outcome('started'), isPutRight)).rejects.toThrow('s is started');
  });
});
