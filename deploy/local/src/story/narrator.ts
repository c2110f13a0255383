import type { DriftItem, HistoryEntry, Plan, RunResource } from '@caisson/client';

/** Tells a person what happens. The story decides what to do; the narrator only shows it. */
export interface Narrator {
  /** A new part of the story begins. */
  chapter(title: string): void;
  /** One fact. */
  say(text: string): void;
  plan(plan: Plan): void;
  /** State or progress of the current run changed. */
  progress(run: RunResource): void;
  drift(items: readonly DriftItem[]): void;
  outputs(outputs: Readonly<Record<string, unknown>>): void;
  timeline(entries: readonly HistoryEntry[]): void;
}

/** Says nothing; for tests. */
export const silentNarrator: Narrator = {
  chapter: () => undefined,
  say: () => undefined,
  plan: () => undefined,
  progress: () => undefined,
  drift: () => undefined,
  outputs: () => undefined,
  timeline: () => undefined,
};
