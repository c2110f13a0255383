import { AsyncLocalStorage } from 'node:async_hooks';
import { inSpan, type SpanOptions } from './spans.js';

/** Which story the current work belongs to; added to every log line. Never used to decide anything. */
export interface Story {
  readonly correlationId: string;
  readonly causationId?: string;
}

/** A fact that work follows from. */
export interface Cause {
  readonly id: string;
  readonly correlationId: string;
  readonly traceparent?: string;
}

const stories = new AsyncLocalStorage<Story>();

/** Runs work as part of a story. */
export function withStory<Result>(story: Story, work: () => Result): Result {
  return stories.run(story, work);
}

/** Runs what follows from a fact: as part of its story, and as a span of its trace when that is recorded. */
export function followCause<Result>(
  { correlationId, id, traceparent }: Cause,
  span: Omit<SpanOptions, 'parent'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const run = (): Promise<Result> => withStory({ correlationId, causationId: id }, work);
  return traceparent === undefined ? run() : inSpan({ ...span, parent: traceparent }, run);
}

/** The story of the current work, if any. */
export function currentStory(): Story | undefined {
  return stories.getStore();
}
