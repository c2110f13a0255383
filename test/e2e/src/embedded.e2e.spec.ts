import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResource } from '@caisson/client';
import {
  SandboxWorld,
  silentNarrator,
  startStandaloneProcess,
  storyFiles,
  tellStory,
  type StandaloneProcess,
} from '@caisson/local';
import { outcomeOf } from './story-outcome.js';
import { makeTemporaryDirectory } from './temporary-directory.js';

/** One server takes far longer than the client's pause between two looks. */
const SLOW_SERVER = { match: { method: 'POST', type: 'server' }, behaviour: { kind: 'delay', ms: 1_000 } };

describe('the story on the embedded profile', () => {
  let caisson: StandaloneProcess;
  let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory();
    caisson = await startStandaloneProcess({ dataDirectory: `${directory.path}/data`, durable: false });
  });

  afterAll(async () => {
    await caisson.stop();
    await directory.remove();
  });

  it('plans, applies, finds drift, remediates, changes, rolls back and destroys with two engines', async () => {
    const shown = new Map<string, number[]>();
    const progress = ({ id, progress: percent }: RunResource): void => {
      shown.set(id, [...(shown.get(id) ?? []), percent]);
    };
    const end = await tellStory({
      ...caisson,
      files: storyFiles(true),
      narrator: { ...silentNarrator, progress },
      beforeChapter: async (chapter) => {
        // Or a quick machine is through between two looks at the run.
        if (chapter === 'approve and apply') await new SandboxWorld(caisson.sandboxUrl).arm(SLOW_SERVER);
      },
    });
    const [create = []] = shown.values();
    expect(create.some((percent) => percent > 20 && percent < 90)).toBe(true);
    for (const percents of shown.values()) expect(percents).toEqual(percents.toSorted((left, right) => left - right));
    const outcome = outcomeOf(end);
    expect(outcome.applied).toHaveLength(3);
    expect(outcome.left).toBe(0);
    expect(outcome.drift).toEqual(['web[0].flavor']);
    expect(outcome.facts[0]).toBe('caisson.deployment.deployment-created.v1');
    expect(outcome.facts.at(-1)).toBe('caisson.deployment.deployment-deleted.v1');
    expect(outcome.facts.filter((fact) => fact === 'caisson.deployment.run-completed.v1')).toHaveLength(5);
    expect(new Set(end.history.map(({ id }) => id)).size).toBe(end.history.length);
    const known = new Set(end.history.flatMap(({ id, correlationId }) => [id, correlationId]));
    const roots = end.history.filter(({ causationId }) => !known.has(causationId));
    expect(roots.every(({ subject }) => subject.startsWith('deployment-'))).toBe(true);
  });

  it('tells the same story with the sandbox cloud alone', async () => {
    const end = await tellStory({ ...caisson, files: storyFiles(false), narrator: silentNarrator });
    expect(outcomeOf(end).left).toBe(0);
  });
});
