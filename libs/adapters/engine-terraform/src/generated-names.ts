import type { Reference } from '@caisson/contracts';

const ADDRESS = /^([a-z0-9-]{1,63})(?:\[(\d{1,3})\])?$/;
const THING = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+\._?([a-z0-9][a-z0-9-]*)(?:_(\d{1,3}))?(?![\w-])/;

/** Our types that Terraform calls otherwise. */
const BUILT_IN_TYPES: ReadonlyMap<string, string> = new Map([['data', 'terraform_data']]);

/** Terraform's own name of a type. */
export function terraformTypeOf(type: string): string {
  return BUILT_IN_TYPES.get(type) ?? type;
}

/**
 * The name of a resource within a configuration: `web[1]` becomes `web_1`, and `2nd` becomes `_2nd`, since names there
 * begin with a letter or `_`. Addresses have no `_`, so no two of them get the same name.
 */
export function labelOf(address: string): string {
  const [, name = '', index] = ADDRESS.exec(address) ?? [];
  const start = /^[0-9-]/.test(name) ? '_' : '';
  return `${start}${name}${index === undefined ? '' : `_${index}`}`;
}

/**
 * The address of the resource that a thing of a generated configuration is: `terraform_data.web_1` is `web[1]`. What is
 * not of that form stays as it is.
 */
export function addressOfThing(thing: string): string {
  const match = THING.exec(thing);
  if (match === null) return thing;
  const [, name = '', index] = match;
  return index === undefined ? name : `${name}[${index}]`;
}

/** The address of the resource with this name in a generated configuration. */
export function addressOfLabel(label: string): string {
  return addressOfThing(`terraform_data.${label}`);
}

/** A reference to a resource of the same configuration, as Terraform writes it. */
export function expressionOf(
  reference: Reference,
  target: { readonly address: string; readonly type: string },
): string {
  const path = reference.path[0] === 'outputs' ? reference.path.slice(1) : reference.path;
  return [terraformTypeOf(target.type), labelOf(target.address), ...path].join('.');
}
