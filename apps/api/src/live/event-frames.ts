import { cloudEventText } from '@caisson/contracts';
import type { FeedEntry } from '@caisson/event-sourcing';

/** Bytes of entries that were written once are kept as long as the entry is: many watchers get the same. */
const FRAMES = new WeakMap<FeedEntry, Buffer>();

/**
 * An event as the stream carries it: its number in the global order as `id`, to come back to, and a CloudEvent as
 * `data`. JSON text has line breaks only between its tokens, where a blank says the same.
 *
 * Source: HTML Living Standard, 9.2.6, "Interpreting an event stream".
 */
export function eventFrame(entry: FeedEntry): Buffer {
  const known = FRAMES.get(entry);
  if (known !== undefined) return known;
  const text = cloudEventText(entry.envelope, entry.dataJson).replaceAll(/[\r\n]+/g, ' ');
  const frame = Buffer.from(`id: ${entry.globalSeq}\ndata: ${text}\n\n`, 'utf8');
  FRAMES.set(entry, frame);
  return frame;
}

/** Nothing happened, and the connection stands. Names the place that was reached, so that coming back is cheap. */
export function beatFrame(position: number): Buffer {
  return Buffer.from(`: beat\nid: ${position}\n\n`, 'utf8');
}

/** How long to wait before coming back, and why the stream ends. */
export function farewellFrame(retryMs: number, reason: string): Buffer {
  return Buffer.from(`: ${reason}\nretry: ${retryMs}\n\n`, 'utf8');
}
