import type { AppliedUnit, AttributeChange, ChangeAction, Diagnostic, ResourceLifecycle } from '@caisson/contracts';
import type { Json, JsonObject } from '@caisson/kernel';
import type { Secrets } from './credentials.js';
import type { Waited, Waiting } from './waiting.js';

/** How a failed call may be treated. `unknown` = the effect may have happened: look at the world first. */
export type ErrorClass = 'transient' | 'permanent' | 'unknown';

/**
 * Code of an `EngineFailure` of `validate` or `plan`: the engine cannot make a dry run of the unit here, such as for
 * want of credentials or of a plugin. The plan then says so, instead of guessing.
 */
export const DRY_RUN_UNAVAILABLE = 'dry-run-unavailable';

/** An engine or its tool failed. `diagnostics` are the tool's own words, secrets removed. */
export class EngineFailure extends Error {
  readonly code: string;
  readonly errorClass: ErrorClass;
  readonly diagnostics: readonly Diagnostic[];
  /** What was made before it failed, where the engine can tell. */
  readonly partial: ApplyResult | undefined;
  /** It failed before the tool or API was asked for anything: the world is as it was. */
  readonly untouched: boolean;

  constructor(
    code: string,
    message: string,
    options: {
      readonly errorClass: ErrorClass;
      readonly diagnostics?: readonly Diagnostic[];
      readonly partial?: ApplyResult;
      readonly untouched?: boolean;
      readonly cause?: unknown;
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineFailure';
    this.code = code;
    this.errorClass = options.errorClass;
    this.diagnostics = options.diagnostics ?? [];
    this.partial = options.partial;
    this.untouched = options.untouched ?? false;
  }
}

/** What an engine can do. */
export interface EngineCapabilities {
  /** Its own types. What they cost, take and risk is in the planner's tables, not here. */
  readonly types: readonly string[];
  /** Whether `plan` runs the tool's own dry run and saves it as an artifact. */
  readonly dryRun: boolean;
  /** Types that it does not list, but takes with the plugin that knows them. */
  readonly takesPlugins?: true;
  /** Most resources that one unit may own. 1 = each has a unit of its own. */
  readonly resourcesPerUnitMax: number;
  /** Types of which each resource has a unit of its own all the same. */
  readonly alone: readonly string[];
  /** It acts with the rights of a credential where a resource names one. */
  readonly takesCredentials?: true;
  /** Version of the tool, part of what a plan is computed from. */
  readonly version: string;
}

/** One resource as an engine gets it. */
export interface ResourceInput {
  /** Unique in the deployment, such as `web[1]`. */
  readonly address: string;
  readonly type: string;
  /** References are resolved, but those to resources of the same unit, and those that `PlanRequest.unknowns` names. */
  readonly properties: JsonObject;
  /** Addresses that come before it; those outside of the unit are there already. */
  readonly dependsOn: readonly string[];
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly lifecycle?: ResourceLifecycle | undefined;
}

/** One unit as an engine gets it: what one call makes, changes or removes. */
export interface UnitInput {
  readonly unitId: string;
  readonly provider: string;
  readonly region?: string | undefined;
  readonly credential?: string | undefined;
  readonly plugin?: { readonly source: string; readonly version: string } | undefined;
  /** At least one. */
  readonly resources: readonly ResourceInput[];
}

/** One resource as it is in the world. */
export interface ResourceState {
  readonly address: string;
  /** Values that others may refer to, without sensitive ones. */
  readonly outputs: JsonObject;
  /** Observed attributes by the engine's own address; sensitive values masked. */
  readonly expected: JsonObject;
}

/** A property whose value is known only at execution. */
export interface UnknownProperty {
  readonly resource: string;
  /** Keys with dots between them, such as `data.cidr`. */
  readonly path: string;
}

/** Around every call. */
export interface EngineCall {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly runId: string;
  /** `deployment/run/unit`, with `/rollback` for its undoing: the effect under one key happens at most once. */
  readonly actionKey: string;
  /** Rises with each holder of the deployment; carried to every outside write that can check it. 0 = reading only. */
  readonly fencingToken: number;
  /** Stops the call and every process that it started. */
  readonly signal: AbortSignal;
  /** The values of the unit's credential. Never in arguments, files, messages or answers. */
  readonly secrets?: Secrets;
  /** One line of the tool's output, secrets removed. */
  log(line: string): void;
}

/** What a dry run is asked. */
export interface PlanRequest {
  readonly unit: UnitInput;
  /** Absent: the unit does not exist yet. */
  readonly previous?: AppliedUnit;
  readonly unknowns: readonly UnknownProperty[];
  /** Plan the removal of the unit. */
  readonly destroy: boolean;
}

/** What a dry run says. */
export interface UnitPlan {
  readonly action: ChangeAction;
  /** What happens to each resource of the unit, those included that go because they are no longer desired. */
  readonly resources: readonly { readonly address: string; readonly action: ChangeAction }[];
  /** Without those that stay as they are. `resource` is the address of the resource that each is part of. */
  readonly changes: readonly {
    readonly resource: string;
    readonly address: string;
    readonly action: ChangeAction;
    readonly attributes: readonly AttributeChange[];
  }[];
  /** Names the state of the world that was looked at, such as a state's lineage and serial; another one: look again. */
  readonly basis?: string;
  /** The saved dry run. Holds secrets: kept encrypted, never shown. */
  readonly artifact?: Uint8Array;
}

/** What an apply is asked. */
export interface ApplyRequest {
  readonly unit: UnitInput;
  readonly previous?: AppliedUnit;
  /** Exactly this dry run is applied; a tool that finds it stale fails with `plan-stale`. */
  readonly artifact?: Uint8Array;
}

/** What an apply that may wait is asked: again and again until it answers a result or fails. */
export interface WaitableRequest extends ApplyRequest {
  /** Absent: the first time. */
  readonly waited?: Waited;
}

/** What an apply left. */
export interface ApplyResult {
  /** What there is now. After a failure: exactly what was made or was there before. */
  readonly resources: readonly ResourceState[];
  /** Proof of what was done: exit code, serial, ids. No secrets. */
  readonly evidence: JsonObject;
}

/** What the world says. `unreadable` is never a deletion. */
export type Observation =
  /** A resource that is not listed is not there. */
  | { readonly outcome: 'observed'; readonly resources: readonly ResourceState[] }
  /** Nothing of the unit is there. */
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unreadable'; readonly reason: string };

/**
 * Adapter to a tool or API that changes the world. Every call is idempotent under its action key, stops on its signal
 * with everything it started, and fails only with `EngineFailure`.
 */
export interface Engine {
  readonly name: string;
  capabilities(): Promise<EngineCapabilities>;
  /** Checks a unit without touching the world. Empty = fine. Values still unknown are not checked. */
  validate(unit: UnitInput, call: EngineCall): Promise<readonly Diagnostic[]>;
  /** Says what an apply or destroy would do. Changes nothing. */
  plan(request: PlanRequest, call: EngineCall): Promise<UnitPlan>;
  /** Makes the world as the unit says. Under a key that was applied before, finds that out and answers the same. */
  apply(request: ApplyRequest, call: EngineCall): Promise<ApplyResult>;
  /**
   * As `apply`, for engines whose change may go on for days without us: they answer what they wait for, and are asked
   * again, in whichever process, when it came or its time has passed. An engine that has it is not asked to `apply`.
   */
  applyOrWait?(request: WaitableRequest, call: EngineCall): Promise<ApplyResult | Waiting>;
  /** Reads the unit from the world. Changes nothing. */
  observe(unit: UnitInput, call: EngineCall): Promise<Observation>;
  /** Removes the unit; one that is not there is fine. Answers the evidence. */
  destroy(unit: UnitInput, call: EngineCall): Promise<JsonObject>;
  /** Whether the tool or API can be used now; the reason when not. */
  health(): Promise<{ readonly healthy: boolean; readonly reason?: string }>;
}

/** The engines of this installation, by name. */
export type EngineRegistry = ReadonlyMap<string, Engine>;

/**
 * The one resource of a unit, for engines that say in their capabilities that a unit has no more.
 *
 * @throws EngineFailure `unit-invalid` (permanent) for a unit of another number.
 */
export function soleResource({ resources, unitId }: UnitInput): ResourceInput {
  const [resource, ...more] = resources;
  if (resource !== undefined && more.length === 0) return resource;
  const message = `${unitId} has ${resources.length} resources, and its engine makes one at a time. Plan again.`;
  throw new EngineFailure('unit-invalid', message, { errorClass: 'permanent' });
}

/** Reads one attribute path (`a.b.0.c`) of an observed resource. Undefined when it is not there. */
export function attributeAt(value: Json, path: string): Json | undefined {
  let current: Json | undefined = value;
  for (const key of path.split('.')) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, Json>)[key];
  }
  return current;
}
