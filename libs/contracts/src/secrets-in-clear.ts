import type { Json, JsonObject } from '@caisson/kernel';
import { secretVariablesOf } from './secret-variables.js';

/** A secret that stands in the properties of a resource, where it would become history. */
export interface SecretInClear {
  /** The keys that lead to it, from the properties. */
  readonly path: readonly string[];
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** A value that is taken from another resource when the time comes. */
const REFERENCE_ALONE = /^\$\{[^{}]+\}$/;

/**
 * Finds what a Terraform configuration itself calls a secret and is given in clear: as the value of a variable, or as
 * its default. A reference to another resource is no such value.
 */
export function secretsInClear({ source, variables }: JsonObject): readonly SecretInClear[] {
  const files = isRecord(source) ? source['files'] : undefined;
  if (!isRecord(files)) return [];
  const texts = Object.fromEntries(Object.entries(files).filter(([, text]) => typeof text === 'string'));
  const found = secretVariablesOf({
    files: texts as Readonly<Record<string, string>>,
    variables: isRecord(variables) ? variables : {},
  });
  return found.flatMap(({ defaults, file, given, name }) => {
    const way = `would stay in the history; put it into a credential as TF_VAR_${name}`;
    const value = `"${name}" is declared sensitive, and a value given here ${way}, and leave it out here`;
    const byDefault = `the default of "${name}", which is declared sensitive, ${way}, and declare no default`;
    return [
      ...(given.every((text) => REFERENCE_ALONE.test(text)) ? [] : [{ path: ['variables', name], message: value }]),
      ...(defaults.length === 0 ? [] : [{ path: ['source', 'files', file], message: byDefault }]),
    ];
  });
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
