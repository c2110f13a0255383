import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  silentNarrator,
  startDistributedStack,
  storyFiles,
  SERVICE_NAMES,
  tellStory,
  type DistributedStack,
  type StorySetting,
} from '@caisson/local';
import { outcomeOf, type StoryOutcome } from './story-outcome.js';
import { makeTemporaryDirectory } from './temporary-directory.js';

const OUTAGE_MS = 20_000;
const STORY_LIMIT_MS = 240_000;

describe('the story on the distributed stack', () => {
  let stack: DistributedStack;
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
  let undisturbed: StoryOutcome;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    stack = await startDistributedStack({ directory: directory.path, durable: false });
  }, 120_000);

  afterAll(async () => {
    await stack.stop();
    await directory.remove();
  });

  async function tell(disturbance: Partial<StorySetting> = {}): Promise<StoryOutcome> {
    const { url, sandboxUrl, bootstrapToken } = stack;
    const files = storyFiles(true);
    const end = await tellStory({ url, sandboxUrl, bootstrapToken, files, narrator: silentNarrator, ...disturbance });
    return outcomeOf(end);
  }

  it(
    'ends as on the embedded profile',
    async () => {
      undisturbed = await tell();
      expect(undisturbed.left).toBe(0);
      expect(undisturbed.drift).toEqual(['web[0].flavor']);
      expect(undisturbed.facts.filter((fact) => fact === 'caisson.deployment.run-completed.v1')).toHaveLength(5);
    },
    STORY_LIMIT_MS,
  );

  it.each(SERVICE_NAMES)(
    'ends the same when %s is killed in the middle and started again',
    async (name) => {
      const service = stack.services.get(name);
      let kills = 0;
      const outcome = await tell({
        duringRun: async (run) => {
          if (run.kind !== 'create' && run.kind !== 'update') return;
          kills += 1;
          await service?.kill();
          await service?.start();
        },
      });
      expect(kills).toBe(2);
      expect(outcome).toEqual(undisturbed);
    },
    STORY_LIMIT_MS,
  );

  it(
    'accepts commands while Kafka is away for 20 s, and ends the same',
    async () => {
      let back: Promise<void> | undefined;
      const outcome = await tell({
        beforeChapter: async (chapter) => {
          if (chapter !== 'approve and apply') return;
          await stack.kafka.stop();
          back = after(OUTAGE_MS).then(() => stack.kafka.restart());
        },
      });
      await back;
      expect(back).toBeDefined();
      expect(outcome).toEqual(undisturbed);
    },
    STORY_LIMIT_MS,
  );

  it(
    'ends the same when Redis is away for 20 s',
    async () => {
      let back: Promise<void> | undefined;
      const outcome = await tell({
        beforeChapter: async (chapter) => {
          if (chapter !== 'approve and apply') return;
          await stack.redis.stop();
          back = after(OUTAGE_MS).then(() => stack.redis.restart());
        },
      });
      await back;
      expect(back).toBeDefined();
      expect(outcome).toEqual(undisturbed);
    },
    STORY_LIMIT_MS,
  );
});

/** The length of an outage is what is tested here, so this really waits. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
