import { AsyncLocalStorage } from 'node:async_hooks';

/** Which story the current work belongs to; added to every log line. Never used to decide anything. */
export interface Story {
  readonly correlationId: string;
  readonly causationId?: string;
}

const stories = new AsyncLocalStorage<Story>();

/** Runs work as part of a story. */
export function withStory<Result>(story: Story, work: () => Result): Result {
  return stories.run(story, work);
}

/** The story of the current work, if any. */
export function currentStory(): Story | undefined {
  return stories.getStore();
}
