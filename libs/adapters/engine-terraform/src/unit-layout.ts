import type { Diagnostic } from '@caisson/contracts';
import type { ResourceState, UnitInput } from '@caisson/engine';
import type { JsonObject } from '@caisson/kernel';
import { GENERATED_LIMITS, generateModule, ownerOfPlace, type Purpose } from './generate-module.js';
import { addressOfLabel, addressOfThing } from './generated-names.js';
import { SENSITIVE, SENSITIVE_CHANGED } from './masking.js';
import { readModule, type TerraformModule } from './module-properties.js';

/** The type whose resource is a whole configuration. */
export const MODULE_TYPE = 'module';

/** What stands in place of a sensitive value. */
const SECRET_MARKS = [SENSITIVE, SENSITIVE_CHANGED];

/** What may be shown of a state. */
export interface ShownState {
  /** Managed things by Terraform's address, sensitive values replaced. */
  readonly resources: JsonObject;
  /** Outputs of the configuration. Sensitive ones are left out. */
  readonly outputs: JsonObject;
}

/** A unit as a Terraform configuration, and how the names of the two go together. */
export interface UnitLayout {
  readonly unitId: string;
  readonly module: TerraformModule;
  /** Whether the configuration was generated. */
  readonly isGenerated: boolean;
  /** Addresses of the unit's resources. */
  readonly resources: readonly string[];
  /** The address of the resource that a thing of Terraform's is part of. */
  ownerOf(thing: string): string;
  /** A state in terms of the unit's resources. Nothing there: none. */
  statesOf(shown: ShownState): readonly ResourceState[];
  /** A diagnostic that names the resource in place of Terraform's own address. */
  named(diagnostic: Diagnostic): Diagnostic;
}

/** The layout of a unit, or what is wrong with it. */
export type LayoutReading =
  | { readonly outcome: 'layout'; readonly layout: UnitLayout }
  | { readonly outcome: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** Lays a unit out: a module is taken as it is, and for other resources a configuration is generated. */
export function readLayout(unit: UnitInput, purpose: Purpose): LayoutReading {
  const [first] = unit.resources;
  if (first?.type !== MODULE_TYPE) return generatedLayout(unit, purpose);
  if (unit.resources.length > 1) {
    const detail = `${unit.unitId} has ${unit.resources.length} resources. Plan the run again.`;
    return { outcome: 'refused', diagnostics: [problem(first.address, 'A module shares its unit', detail)] };
  }
  const reading = readModule(first.properties);
  return reading.outcome === 'refused'
    ? reading
    : { outcome: 'layout', layout: moduleLayout(unit.unitId, first.address, reading.module) };
}

function moduleLayout(unitId: string, address: string, module: TerraformModule): UnitLayout {
  return {
    unitId,
    module,
    isGenerated: false,
    resources: [address],
    ownerOf: () => address,
    statesOf: ({ outputs, resources }) => {
      const isEmpty = Object.keys(outputs).length === 0 && Object.keys(resources).length === 0;
      return isEmpty ? [] : [{ address, outputs, expected: resources }];
    },
    named: (diagnostic) => diagnostic,
  };
}

function generatedLayout(unit: UnitInput, purpose: Purpose): LayoutReading {
  if (unit.resources.length > GENERATED_LIMITS.resourcesMax) {
    const most = GENERATED_LIMITS.resourcesMax;
    const detail = `${unit.unitId} has ${unit.resources.length} resources; ${most} are allowed.`;
    return { outcome: 'refused', diagnostics: [problem(unit.unitId, 'Too many resources in one unit', detail)] };
  }
  const generated = generateModule(unit, purpose);
  if (generated.outcome === 'refused') return generated;
  const layout: UnitLayout = {
    unitId: unit.unitId,
    module: generated.module,
    isGenerated: true,
    resources: unit.resources.map(({ address }) => address),
    ownerOf: addressOfThing,
    statesOf: generatedStates,
    named: (diagnostic) => named(generated.module, diagnostic),
  };
  return { outcome: 'layout', layout };
}

function named(module: TerraformModule, diagnostic: Diagnostic): Diagnostic {
  const { address = '', detail = '' } = diagnostic;
  const owner = ownerOfPlace(module, address);
  if (owner === undefined) return address === '' ? diagnostic : { ...diagnostic, address: addressOfThing(address) };
  const field = owner.property === undefined ? '' : `In its property "${owner.property}": `;
  return { ...diagnostic, detail: `${field}${detail}`, address: addressOfLabel(owner.label) };
}

function generatedStates({ resources }: ShownState): readonly ResourceState[] {
  const states = new Map<string, { outputs: JsonObject; expected: Record<string, JsonObject> }>();
  for (const [thing, values] of Object.entries(resources as Record<string, JsonObject>)) {
    const address = addressOfThing(thing);
    const known = states.get(address);
    // One that waits to be destroyed is no longer what others refer to.
    if (known === undefined) states.set(address, { outputs: withoutSecrets(values), expected: { [thing]: values } });
    else known.expected[thing] = values;
  }
  return [...states].map(([address, state]) => ({ address, ...state }));
}

/** The attributes that others may refer to: none in which a sensitive value was masked. */
function withoutSecrets(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => {
      const text = JSON.stringify(value);
      return !SECRET_MARKS.some((mark) => text.includes(mark));
    }),
  );
}

function problem(address: string, summary: string, detail: string): Diagnostic {
  return { severity: 'error', summary, detail, address };
}
