import { setTimeout as pause } from 'node:timers/promises';
import { problemOf } from './problem.js';
import type { DriftReportResource } from './resources.js';

const POLL_MS = 100;
const LIMIT_MS = 120_000;

/** How far a report shall come. */
export interface ReportWait {
  readonly look: (scanId: string) => Promise<DriftReportResource>;
  readonly isThrough: (report: DriftReportResource) => boolean;
  readonly limitMs?: number | undefined;
}

/** Whether a report says all that it will say of the scan. */
export function isScanned({ status }: DriftReportResource): boolean {
  return status === 'completed';
}

/** Whether a report says what became of putting right what it found, or why nobody will. */
export function isPutRight({ remediation }: DriftReportResource): boolean {
  return remediation !== undefined && !['requested', 'started'].includes(remediation.outcome);
}

/**
 * Looks at the report of a scan until it has come so far; one that is not there belongs to a scan that has not begun.
 *
 * @throws Error that names the scan and how far it is when the limit passes. Default 120 s.
 */
export async function waitForReport(
  scanId: string,
  { isThrough, limitMs = LIMIT_MS, look }: ReportWait,
): Promise<DriftReportResource> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const report = await ifThere(() => look(scanId));
    if (report !== undefined && isThrough(report)) return report;
    if (performance.now() > deadline) {
      const seen = report === undefined ? 'not begun' : (report.remediation?.outcome ?? report.status);
      throw new Error(`scan ${scanId} is ${seen} after ${limitMs} ms`);
    }
    await pause(POLL_MS);
  }
}

async function ifThere(look: () => Promise<DriftReportResource>): Promise<DriftReportResource | undefined> {
  try {
    return await look();
  } catch (error) {
    if (problemOf(error)?.status === 404) return undefined;
    throw error;
  }
}
