import { AsyncLocalStorage } from 'node:async_hooks';
import { inSpan, type SpanOptions } from './spans.js';

/** Which story the current work belongs to; added to every log line. Never used to decide anything. */
export interface Story {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly tenantId?: string;
  /** The run that it is about, if it is about one. */
  readonly runId?: string;
}

/** A fact that work follows from. */
export interface Cause {
  readonly id: string;
  readonly correlationId: string;
  readonly tenantId: string;
  readonly traceparent?: string;
  readonly data?: unknown;
}

const stories = new AsyncLocalStorage<Story>();

/** Runs work as part of a story. */
export function withStory<Result>(story: Story, work: () => Result): Result {
  return stories.run({ ...story }, work);
}

/** Adds what has become known of the story of the current work, such as whose it is; nothing outside of one. */
export function addToStory(known: Partial<Story>): void {
  const story = stories.getStore();
  if (story !== undefined) Object.assign(story, known);
}

/** Runs what follows from a fact: as part of its story, and as a span of its trace when that is recorded. */
export function followCause<Result>(
  cause: Cause,
  span: Omit<SpanOptions, 'parent'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const { traceparent } = cause;
  const run = (): Promise<Result> => withStory(storyOf(cause), work);
  return traceparent === undefined ? run() : inSpan({ ...span, parent: traceparent }, run);
}

/** The story of the current work, if any. */
export function currentStory(): Story | undefined {
  return stories.getStore();
}

function storyOf({ correlationId, data, id, tenantId }: Cause): Story {
  const story = { correlationId, causationId: id, tenantId };
  const isAboutRun = typeof data === 'object' && data !== null && 'runId' in data && typeof data.runId === 'string';
  return isAboutRun ? { ...story, runId: data.runId as string } : story;
}
