import type { DriftItem } from '@caisson/contracts';
import type { RecordRemediationEnd } from './drift-scan.commands.js';
import type { CompletedScan } from './drift-scan.state.js';

type Seen = Pick<RecordRemediationEnd, 'outcome' | 'reason'>;

/** Whether what one scan found is gone in another one, that looked after it was put right. */
export function verdictOn(before: CompletedScan, after: CompletedScan): Seen {
  const concerned = new Set(before.items.map(({ unitId }) => unitId));
  const unread = after.unreadable.find(({ unitId }) => concerned.has(unitId));
  if (unread !== undefined) {
    return { outcome: 'unverified', reason: `${unread.unitId} could not be read afterwards: ${unread.reason}` };
  }
  const found = new Set(before.items.map(keyOf));
  const still = after.items.filter((item) => found.has(keyOf(item)));
  const [first] = still;
  if (first === undefined) return { outcome: 'gone' };
  const such = `${first.address}${first.path === '' ? '' : ` ${first.path}`}`;
  return {
    outcome: 'remains',
    reason: `${still.length} of ${found.size} differences are still there, such as ${such}`,
  };
}

function keyOf({ address, path, unitId }: DriftItem): string {
  return JSON.stringify([unitId, address, path]);
}
