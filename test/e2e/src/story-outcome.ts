import type { SandboxResource, StoryEnd } from '@caisson/local';

/** What two tellings of the story must have in common, whatever was broken meanwhile. */
export interface StoryOutcome {
  /** Facts of the deployment's own stream, in order. */
  readonly facts: readonly string[];
  /** The sandbox cloud after the first apply, without ids. */
  readonly applied: readonly string[];
  readonly left: number;
  readonly drift: readonly string[];
}

/** Reduces a telling to what must be equal. */
export function outcomeOf(end: StoryEnd): StoryOutcome {
  const own = end.history.filter(({ subject }) => subject === `deployment-${end.deploymentId}`);
  return {
    facts: own.map(({ type }) => type),
    applied: end.world.applied.map(describeResource).sort(),
    left: end.world.end.length,
    drift: [...end.driftPaths].sort(),
  };
}

function describeResource(resource: SandboxResource): string {
  const { labels, type, cidr, flavor, image } = resource;
  return `${labels['unit'] ?? '?'} ${JSON.stringify({ type, cidr, flavor, image })}`;
}
