import {
  DesiredState,
  DESIRED_STATE_LIMITS,
  validateDesiredState,
  type DesiredStateProblem,
  type ResourceSpec,
} from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';

/** Another number of copies of one resource. Copies go newest first: the one with the highest number. */
export interface Scaling {
  readonly kind: 'scale';
  readonly resource: string;
  /** 1 to `copiesMax`, and within the resource's own `scaling`. */
  readonly count: number;
}

/** Other properties and tags of named resources, as JSON merge patches (RFC 7396): `null` takes a member out. */
export interface Configuration {
  readonly kind: 'configure';
  readonly resources: Readonly<Record<string, ResourcePatch>>;
}

/** What changes about one resource. Members that are absent stay. */
export interface ResourcePatch {
  readonly properties?: JsonObject;
  readonly tags?: Readonly<Record<string, string | null>>;
}

/** A change of what is desired that names only what is different. */
export type Adjustment = Scaling | Configuration;

/** Why it cannot be made. */
export interface AdjustmentProblem {
  /** Where, as a JSON pointer: into the request, or into the desired state that would follow (`/resources/…`). */
  readonly pointer: string;
  readonly code: DesiredStateProblem['code'] | 'not-scalable' | 'count-out-of-bounds' | 'invalid-value';
  readonly message: string;
}

/** The desired state that follows, or everything that is in the way. */
export type Adjusted =
  | { readonly outcome: 'adjusted'; readonly desired: DesiredState }
  | { readonly outcome: 'impossible'; readonly problems: readonly AdjustmentProblem[] };

/** Makes a small change of what is desired; what follows must be a desired state that can be planned. */
export function adjustDesired(desired: DesiredState, adjustment: Adjustment): Adjusted {
  const problems =
    adjustment.kind === 'scale' ? scalingProblems(desired, adjustment) : unknownNames(desired, adjustment);
  if (problems.length > 0) return { outcome: 'impossible', problems };
  const resources = desired.resources.map((resource) =>
    adjustment.kind === 'scale' ? scaled(resource, adjustment) : configured(resource, adjustment),
  );
  const parsed = DesiredState.safeParse({ ...desired, resources });
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ message, path }): AdjustmentProblem => {
      return { pointer: `/${path.map(String).join('/')}`, code: 'invalid-value', message };
    });
    return { outcome: 'impossible', problems: found };
  }
  const after = validateDesiredState(parsed.data);
  return after.length > 0 ? { outcome: 'impossible', problems: after } : { outcome: 'adjusted', desired: parsed.data };
}

function scalingProblems({ resources }: DesiredState, { count, resource: name }: Scaling): AdjustmentProblem[] {
  const resource = resources.find((one) => one.name === name);
  if (resource === undefined) return [unknown('/resource', name, resources)];
  if (resource.count === undefined) {
    const message = `"${name}" has no count, so it is one without a number; give it a count by an update first`;
    return [{ pointer: '/resource', code: 'not-scalable', message }];
  }
  const { min = 1, max = DESIRED_STATE_LIMITS.copiesMax } = resource.scaling ?? {};
  if (count >= min && count <= max) return [];
  const message = `"${name}" may have ${min} to ${max} copies, not ${count}`;
  return [{ pointer: '/count', code: 'count-out-of-bounds', message }];
}

function unknownNames({ resources }: DesiredState, { resources: patches }: Configuration): AdjustmentProblem[] {
  const known = new Set(resources.map(({ name }) => name));
  return Object.keys(patches)
    .filter((name) => !known.has(name))
    .map((name) => unknown(`/resources/${name}`, name, resources));
}

function unknown(pointer: string, name: string, resources: readonly ResourceSpec[]): AdjustmentProblem {
  const known = resources.map((resource) => resource.name).slice(0, 10);
  return { pointer, code: 'unknown-resource', message: `there is no "${name}"; there is ${known.join(', ')}` };
}

function scaled(resource: ResourceSpec, { count, resource: name }: Scaling): ResourceSpec {
  return resource.name === name ? { ...resource, count } : resource;
}

function configured(resource: ResourceSpec, { resources }: Configuration): ResourceSpec {
  const patch = Object.hasOwn(resources, resource.name) ? resources[resource.name] : undefined;
  if (patch === undefined) return resource;
  const properties = merged(resource.properties, patch.properties ?? {}) as ResourceSpec['properties'];
  return { ...resource, properties, tags: merged(resource.tags, patch.tags ?? {}) as ResourceSpec['tags'] };
}

/** RFC 7396, section 2. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
