import {
  isUploadedContent,
  parseReference,
  resourceAddressOf,
  type Diagnostic,
  type ResourceLifecycle,
} from '@caisson/contracts';
import type { ResourceInput, UnitInput } from '@caisson/engine';
import type { Json, JsonObject } from '@caisson/kernel';
import { expressionOf, labelOf, terraformTypeOf } from './generated-names.js';
import type { TerraformModule } from './module-properties.js';

/** Bounds of one generated configuration. */
export const GENERATED_LIMITS = {
  /**
   * Applying one state takes time that grows with the square of its resources: ten states of 100 take a third of one of
   * 1,000, and smaller ones only add the start of the tool (`docs/reference/benchmarks.md`, P28).
   */
  perUnitMax: 100,
  /** Units that were made under a larger limit can still be changed and removed. */
  resourcesMax: 1_000,
} as const;

/** What a configuration is for: only `change` is protected against removals, and a `destroy` needs no resources. */
export type Purpose = 'look' | 'change' | 'destroy';

/** A configuration, or what is wrong with the resources. */
export type Generated =
  | { readonly outcome: 'module'; readonly module: TerraformModule }
  | { readonly outcome: 'refused'; readonly diagnostics: readonly Diagnostic[] };

/** How plugins are told the region and how their resources are labelled, by the plugin's own name. */
const PLUGINS: Readonly<
  Record<string, { readonly region?: string; readonly tags?: string; readonly settings?: JsonObject }>
> = {
  aws: { region: 'region', tags: 'tags' },
  azurerm: { tags: 'tags', settings: { features: {} } },
  google: { region: 'region', tags: 'labels' },
};

/** Stands for what is known only at execution: Terraform takes the value of a variable as unknown when it validates. */
const UNKNOWN_VARIABLE = 'caisson_unknown';
const GENERATED_FILE = 'main.tf.json';
const PLACE = /^main\.tf\.json line (\d{1,9})$/;
const BUILT_IN_TYPE = 'terraform_data';

const TYPE = /^[a-z][a-z0-9]*(_[a-z0-9]+)+$/;
const ARGUMENT = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const ATTRIBUTE_PATH = /^[A-Za-z_][\w-]*(\.[A-Za-z_][\w-]*|\[\d{1,9}\]|\["[^"\\$%\n]{1,200}"\])*$/;
/** Arguments that Terraform has for every resource: they would change what is made, where, and how often. */
const RESERVED = new Set(['count', 'for_each', 'provider', 'depends_on', 'lifecycle', 'connection', 'provisioner']);

/**
 * Writes a unit as one Terraform configuration in JSON. Nothing in a property is taken for an expression but references
 * to resources of the unit; those to others that have no value yet become unknown.
 */
export function generateModule(unit: UnitInput, purpose: Purpose): Generated {
  const resources = purpose === 'destroy' ? [] : unit.resources;
  const diagnostics = [...problemsOfUnit(unit), ...resources.flatMap((resource) => problemsOf(resource, unit))];
  if (diagnostics.length > 0) return { outcome: 'refused', diagnostics };
  const writer = new ConfigurationWriter(unit, purpose);
  const blocks: Record<string, Record<string, JsonObject>> = {};
  for (const resource of resources) {
    const type = terraformTypeOf(resource.type);
    blocks[type] = { ...blocks[type], [labelOf(resource.address)]: writer.resource(resource) };
  }
  if (writer.hasUnknowns && purpose === 'change') return { outcome: 'refused', diagnostics: [valuesMissing(unit)] };
  const document: JsonObject = {
    ...pluginBlocks(unit),
    ...(writer.hasUnknowns ? { variable: { [UNKNOWN_VARIABLE]: { default: null } } } : {}),
    ...(resources.length === 0 ? {} : { resource: blocks }),
  };
  const files = { [GENERATED_FILE]: JSON.stringify(document, undefined, 2) };
  const builtInOnly = unit.plugin === undefined;
  return { outcome: 'module', module: { files, variables: {}, ...(builtInOnly ? { builtInOnly } : {}) } };
}

/**
 * The resource and the property that a place in a generated configuration is about; undefined for any other place. Each
 * member stands on a line of its own: names of resources by six, their properties by eight.
 */
export function ownerOfPlace(
  { files }: TerraformModule,
  place: string,
): { readonly label: string; readonly property?: string } | undefined {
  const line = Number(PLACE.exec(place)?.[1] ?? 0);
  const lines = (files[GENERATED_FILE] ?? '').split('\n').slice(0, line);
  const label = lines.findLast((text) => /^ {6}"/.test(text));
  const property = lines
    .slice(label === undefined ? 0 : lines.lastIndexOf(label))
    .findLast((text) => /^ {8}"/.test(text));
  const [found, member] = [label, property].map((text) => /"([^"]*)"/.exec(text ?? '')?.[1]);
  if (found === undefined) return undefined;
  return member === undefined ? { label: found } : { label: found, property: member };
}

function pluginBlocks({ plugin, region }: UnitInput): JsonObject {
  if (plugin === undefined) return {};
  const name = pluginName(plugin.source);
  const { region: argument, settings } = PLUGINS[name] ?? {};
  const place = region === undefined || argument === undefined ? {} : { [argument]: escaped(region) };
  return {
    terraform: { required_providers: { [name]: { source: plugin.source, version: plugin.version } } },
    provider: { [name]: { ...settings, ...place } },
  };
}

/** `hashicorp/aws` is called `aws` in a configuration. */
function pluginName(source: string): string {
  return source.split('/').at(-1) ?? source;
}

/** Turns values into Terraform's JSON syntax. */
class ConfigurationWriter {
  hasUnknowns = false;
  readonly #types: ReadonlyMap<string, string>;
  readonly #unit: UnitInput;
  readonly #purpose: Purpose;

  constructor(unit: UnitInput, purpose: Purpose) {
    this.#unit = unit;
    this.#purpose = purpose;
    this.#types = new Map(unit.resources.map(({ address, type }) => [address, type]));
  }

  resource(resource: ResourceInput): JsonObject {
    const { dependsOn, lifecycle, properties, tags } = resource;
    const name = this.#unit.plugin === undefined ? '' : pluginName(this.#unit.plugin.source);
    const labels = PLUGINS[name]?.tags;
    const given = labels === undefined || tags === undefined ? properties : withTags(properties, labels, tags);
    const before = dependsOn.flatMap((address) => this.#ownName(address) ?? []);
    const settings = lifecycle === undefined ? {} : this.#settings(lifecycle);
    return {
      ...(this.#value(given) as JsonObject),
      ...(before.length === 0 ? {} : { depends_on: before }),
      ...(Object.keys(settings).length === 0 ? {} : { lifecycle: settings }),
    };
  }

  #settings({ createBeforeDestroy, ignoreChanges, preventDestroy }: ResourceLifecycle): JsonObject {
    return {
      ...(createBeforeDestroy ? { create_before_destroy: true } : {}),
      ...(preventDestroy && this.#purpose === 'change' ? { prevent_destroy: true } : {}),
      ...(ignoreChanges.length === 0 ? {} : { ignore_changes: ignoreChanges }),
    };
  }

  #ownName(address: string): string | undefined {
    const type = this.#types.get(address);
    return type === undefined ? undefined : `${terraformTypeOf(type)}.${labelOf(address)}`;
  }

  #value(value: Json, key = ''): Json {
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item: Json) => this.#value(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value as JsonObject).map(([member, item]) => [
        escaped(member),
        isUploadedContent(key, member) ? escapedWithin(item) : this.#value(item, member),
      ]),
    );
  }

  #text(text: string): string {
    let written = '';
    let end = 0;
    for (const match of text.matchAll(/\$\{([^{}]{1,500})\}/g)) {
      const expression = this.#expression(match[1] ?? '');
      if (expression === undefined) continue;
      written += `${escaped(text.slice(end, match.index))}\${${expression}}`;
      end = match.index + match[0].length;
    }
    return written + escaped(text.slice(end));
  }

  #expression(text: string): string | undefined {
    const reference = parseReference(text);
    if (reference === undefined) return undefined;
    const address = resourceAddressOf(reference.resource, reference.index);
    const type = this.#types.get(address);
    if (type !== undefined) return expressionOf(reference, { address, type });
    this.hasUnknowns = true;
    return `var.${UNKNOWN_VARIABLE}`;
  }
}

/** In Terraform's JSON syntax every text and key is a template; doubled signs stand for themselves. */
function escaped(text: string): string {
  return text.replaceAll(/([$%])\{/g, '$1$1{');
}

function escapedWithin(value: Json): Json {
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return value.map((item: Json) => escapedWithin(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [escaped(key), escapedWithin(item)]),
  );
}

function withTags(properties: JsonObject, argument: string, tags: Readonly<Record<string, string>>): JsonObject {
  const own = properties[argument];
  if (own !== undefined && (typeof own !== 'object' || own === null || Array.isArray(own))) return properties;
  return { ...properties, [argument]: { ...tags, ...(own as JsonObject | undefined) } };
}

function problemsOfUnit({ plugin, region, unitId }: UnitInput): readonly Diagnostic[] {
  if (region === undefined || (plugin !== undefined && PLUGINS[pluginName(plugin.source)]?.region !== undefined))
    return [];
  if (plugin === undefined) return []; // Terraform's own resources are nowhere in particular.
  const detail = `"${plugin.source}" takes no region here. Leave "region" out and give the place as a property.`;
  return [problem(unitId, 'region', detail)];
}

function problemsOf(
  { address, lifecycle, properties, type }: ResourceInput,
  { plugin }: UnitInput,
): readonly Diagnostic[] {
  const name = terraformTypeOf(type);
  if (!TYPE.test(name) || (name !== BUILT_IN_TYPE && plugin === undefined)) {
    const detail = `Terraform has no type "${type}" that could be used without a plugin. Map it in the type table.`;
    return [problem(address, 'type', detail)];
  }
  const wrong = Object.keys(properties).filter((key) => !ARGUMENT.test(key) || RESERVED.has(key));
  const paths = (lifecycle?.ignoreChanges ?? []).filter((path) => !ATTRIBUTE_PATH.test(path));
  return [
    ...wrong.map((key) => problem(address, `properties.${key}`, `"${key}" is no argument that can be given here.`)),
    ...paths.map((path) =>
      problem(address, 'lifecycle.ignoreChanges', `"${path}" is no path such as tags or tags["a"].`),
    ),
  ];
}

/** The executor resolves everything first, so that nothing is ever made with a value left out. */
function valuesMissing({ unitId }: UnitInput): Diagnostic {
  const detail = 'It refers to values that are not known. Plan the run again.';
  return { severity: 'error', summary: `${unitId} cannot be applied.`, detail, address: unitId };
}

function problem(address: string, field: string, detail: string): Diagnostic {
  return { severity: 'error', summary: `"${field}" of ${address} cannot be used.`, detail, address };
}
