import type { DesiredState, DesiredStateRequest, ResourceSpec } from '@caisson/contracts';
import { defaultResourceName, mapReferableText } from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import type { TypeLookup } from './type-lookup.js';

/** A desired state with resources, or the providers that have no default ones. */
export type Completed =
  | { readonly outcome: 'completed'; readonly desired: DesiredState }
  | { readonly outcome: 'refused'; readonly providers: readonly string[] };

/**
 * Gives a request that names providers and no resources those of the type table, named after the environment and the
 * provider, such as `staging-vpc-aws`. What is recorded and planned from here on always names its resources.
 */
export function completeResources(request: DesiredStateRequest, lookup: TypeLookup): Completed {
  const { providers, regions, ...desired } = request;
  if (desired.resources.length > 0) return { outcome: 'completed', desired };
  const lost = providers.filter((provider) => lookup.defaultsOf(provider) === undefined);
  if (lost.length > 0) return { outcome: 'refused', providers: lost };
  const resources = providers.flatMap((provider) => defaultsFor(provider, { request, region: regions[0], lookup }));
  return { outcome: 'completed', desired: { ...desired, resources } };
}

function defaultsFor(
  provider: string,
  around: {
    readonly request: DesiredStateRequest;
    readonly region: string | undefined;
    readonly lookup: TypeLookup;
  },
): readonly ResourceSpec[] {
  const defaults = around.lookup.defaultsOf(provider);
  if (defaults === undefined) return [];
  const region = around.region ?? defaults.region;
  const { environment } = around.request;
  const nameOf = (name: string): string => defaultResourceName(name, { environment, provider });
  return defaults.resources.map((resource) => ({
    name: nameOf(resource.name),
    type: resource.type,
    provider,
    ...(region === undefined ? {} : { region }),
    properties: mapReferableText(resource.properties, (text) =>
      text.replaceAll(/\$\{([a-z0-9-]+)/g, (_whole, name: string) => `\${${nameOf(name)}`),
    ) as JsonObject,
    dependsOn: resource.dependsOn.map(nameOf),
    tags: {},
    checks: [],
  }));
}
