import { layersOf, type Json } from '@caisson/kernel';
import { checkProblems } from './check-problems.js';
import { DESIRED_STATE_LIMITS, type DesiredState, type ResourceSpec } from './desired-state.js';
import { everOpens } from './schedule.js';
import { findReferences, visitReferableText, type Reference } from './references.js';
import { secretsInClear } from './secrets-in-clear.js';

/** Problems listed at once; a caller mends the first ones and asks again. */
export const PROBLEMS_MAX = 100;

/** One thing that makes a desired state impossible, found before any work starts. */
export interface DesiredStateProblem {
  /** Where, as a JSON pointer (RFC 6901) into the desired state. */
  readonly pointer: string;
  readonly code:
    | 'duplicate-resource'
    | 'unknown-resource'
    | 'malformed-reference'
    | 'ambiguous-copy'
    | 'unknown-copy'
    | 'dependency-cycle'
    | 'count-out-of-bounds'
    | 'unsupported-type'
    | 'schedule-never-opens'
    | 'impossible-check'
    | 'secret-in-clear'
    | 'plan-too-large';
  /** What is wrong, with names, and what to do. */
  readonly message: string;
}

/**
 * Says what is wrong with a resource's type, provider or engine for this installation; undefined when it can be had.
 */
export type TypeCheck = (resource: ResourceSpec) => string | undefined;

/**
 * Finds what the schema cannot see: names used twice, references and dependencies on nothing, copies that do not exist,
 * cycles, checks that nothing could pass, secrets in clear, and types that no engine knows. At most `PROBLEMS_MAX`;
 * none = it can be planned. O(size of the desired state).
 */
export function validateDesiredState(desired: DesiredState, checkType?: TypeCheck): readonly DesiredStateProblem[] {
  const survey = new Survey(desired);
  desired.resources.forEach((resource, index) => {
    survey.visitResource(resource, index);
    const complaint = checkType?.(resource);
    if (complaint !== undefined) survey.report(`/resources/${index}/type`, 'unsupported-type', complaint);
  });
  for (const [name, expression] of Object.entries(desired.outputs)) {
    survey.visitValue(expression, { pointer: `/outputs/${escapePointer(name)}`, from: undefined });
  }
  if (desired.schedule !== undefined && !everOpens(desired.schedule)) {
    const message = 'The windows leave no time at all to begin; allow one that is not denied';
    survey.report('/schedule', 'schedule-never-opens', message);
  }
  return survey.conclude();
}

interface Place {
  readonly pointer: string;
  /** Index of the resource that depends on what is found here; undefined where it makes no order. */
  readonly from: number | undefined;
  /** Whether one copy is meant, as by a reference, or all of them. */
  readonly one?: boolean;
  /** A resource that may be meant without naming the copy: its own checks. */
  readonly own?: string;
}

/** Walks a desired state once and keeps what it finds. */
class Survey {
  private readonly desired: DesiredState;
  private readonly problems: DesiredStateProblem[] = [];
  private readonly indexByName = new Map<string, number>();
  private readonly before: number[] = [];
  private readonly after: number[] = [];
  /** Between copies. */
  private edges = 0;

  constructor(desired: DesiredState) {
    this.desired = desired; // Written out, so that Node can run the source as it is.
    desired.resources.forEach(({ name }, index) => {
      const first = this.indexByName.get(name);
      if (first === undefined) this.indexByName.set(name, index);
      else {
        const message = `"${name}" is the name of /resources/${first} already; give each resource a name of its own`;
        this.report(`/resources/${index}/name`, 'duplicate-resource', message);
      }
    });
  }

  report(pointer: string, code: DesiredStateProblem['code'], message: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ pointer, code, message });
  }

  visitResource(resource: ResourceSpec, index: number): void {
    const pointer = `/resources/${index}`;
    this.checkCount(resource, pointer);
    resource.dependsOn.forEach((name, place) => {
      if (this.depend(name, { from: index }) === undefined) this.reportUnknown(name, `${pointer}/dependsOn/${place}`);
    });
    this.visitValue(resource.properties, { pointer: `${pointer}/properties`, from: index, one: true });
    for (const { message, path } of secretsInClear(resource.properties)) {
      this.report([pointer, 'properties', ...path.map(escapePointer)].join('/'), 'secret-in-clear', message);
    }
    resource.checks.forEach((check, place) => {
      const at = `${pointer}/checks/${place}`;
      this.visitValue(check, { pointer: at, from: undefined, own: resource.name });
      for (const { member, message } of checkProblems(check)) {
        this.report(`${at}/${member}`, 'impossible-check', message);
      }
    });
  }

  private checkCount({ count, name, scaling }: ResourceSpec, pointer: string): void {
    if (scaling === undefined) return;
    if (count === undefined) {
      const message = `"${name}" has scaling and no count; say how many there are`;
      this.report(`${pointer}/scaling`, 'count-out-of-bounds', message);
    } else if (count < scaling.min || count > scaling.max) {
      const message = `"${name}" may have ${scaling.min} to ${scaling.max} copies by its scaling, not ${count}`;
      this.report(`${pointer}/count`, 'count-out-of-bounds', message);
    }
  }

  visitValue(value: Json, place: Place): void {
    visitReferableText(value, (text, path) => {
      if (!text.includes('${')) return;
      const pointer = [place.pointer, ...path.map(escapePointer)].join('/');
      this.visitText(text, { ...place, pointer });
    });
  }

  /** Everything that was found, with the first cycle where there is one. */
  conclude(): readonly DesiredStateProblem[] {
    const { resources } = this.desired;
    const from = Int32Array.from(this.before);
    const layering = layersOf({ nodeCount: resources.length, from, to: Int32Array.from(this.after) });
    if (layering.outcome === 'cyclic') {
      const names = layering.cycle.map((index) => resources[index]?.name ?? '');
      const circle = [...names, names[0] ?? ''].join(' → ');
      const message = `${circle} wait for each other; take out one of these dependencies`;
      this.report(`/resources/${layering.cycle[0] ?? 0}`, 'dependency-cycle', message);
    }
    this.measure(layering.outcome === 'layered' ? layering.layers.length : 0);
    return this.problems;
  }

  /** Refuses by name what would be too much to plan, before anything is done. */
  private measure(depth: number): void {
    const { resources } = this.desired;
    const { copiedBytesMax, depthMax, edgesMax, nodesMax } = DESIRED_STATE_LIMITS;
    const nodes = resources.reduce((sum, resource) => sum + copiesOf(resource), 0);
    const bytes = resources.reduce((sum, resource) => sum + copiedBytesOf(resource), 0);
    this.limit('units', nodes, nodesMax);
    this.limit('dependencies between units', this.edges, edgesMax);
    this.limit('units that wait for each other in a chain', depth, depthMax);
    this.limit('bytes of properties in all copies', bytes, copiedBytesMax);
  }

  private limit(what: string, found: number, max: number): void {
    if (found <= max) return;
    const message = `it would have ${found} ${what}; at most ${max} are planned; make several deployments of it`;
    this.report('/resources', 'plan-too-large', message);
  }

  private visitText(text: string, place: Place): void {
    const { malformed, references } = findReferences(text);
    for (const expression of malformed) {
      const forms = '${name.property}, ${name.outputs.key} or ${name[0].property}';
      const message = `"\${${expression}}" is no reference; write ${forms}`;
      this.report(place.pointer, 'malformed-reference', message);
    }
    for (const reference of references) this.visitReference(reference, place);
  }

  private visitReference(reference: Reference, place: Place): void {
    const target = this.depend(reference.resource, place);
    if (target === undefined) {
      this.reportUnknown(reference.resource, place.pointer);
      return;
    }
    const { index, resource } = reference;
    if (target.count === undefined && index !== undefined) {
      const message = `"${resource}" has no copies (no count); write \${${resource}.${reference.path.join('.')}}`;
      this.report(place.pointer, 'unknown-copy', message);
    } else if (target.count !== undefined && index !== undefined && index >= target.count) {
      const message = `"${resource}[${index}]" does not exist: the copies are [0] to [${target.count - 1}]`;
      this.report(place.pointer, 'unknown-copy', message);
    } else if (target.count !== undefined && index === undefined && place.own !== resource) {
      const message = `"${resource}" has ${target.count} copies; say which, such as \${${resource}[0].…}`;
      this.report(place.pointer, 'ambiguous-copy', message);
    }
  }

  private reportUnknown(name: string, pointer: string): void {
    const message = `there is no resource "${name}"; use the name of one in this desired state`;
    this.report(pointer, 'unknown-resource', message);
  }

  /** Notes the order and gives the resource that is meant; undefined when there is none. */
  private depend(name: string, place: Pick<Place, 'from' | 'one'>): ResourceSpec | undefined {
    const index = this.indexByName.get(name);
    if (index === undefined) return undefined;
    if (place.from !== undefined) {
      this.before.push(index);
      this.after.push(place.from);
      const target = place.one === true ? 1 : copiesOf(this.desired.resources[index]);
      this.edges += target * copiesOf(this.desired.resources[place.from]);
    }
    return this.desired.resources[index];
  }
}

function copiesOf(resource: ResourceSpec | undefined): number {
  return resource?.count ?? 1;
}

/** Only copies can make more of it than the caller sent. */
function copiedBytesOf({ count = 1, properties }: ResourceSpec): number {
  return count === 1 ? 0 : count * JSON.stringify(properties).length;
}

/** RFC 6901, section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
