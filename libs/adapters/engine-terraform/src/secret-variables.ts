import type { Json } from '@caisson/kernel';
import { secretsIn } from './masking.js';
import type { TerraformModule } from './module-properties.js';

/** Where a block of a configuration begins. */
const BLOCK = /^(?=[ \t]*(?:variable|resource|data|module|output|provider|locals|terraform|check)[ \t]*["{])/m;
const SECRET_VARIABLE = /^\s*variable\s+"([^"]+)".*\bsensitive\s*=\s*true\b/s;

const DEFAULT = /\bdefault\s*=\s*(?<value>[\s\S]*)/m;
const HEREDOC = /^<<[-~]?\s*(?<mark>\w+)\n(?<lines>[\s\S]*?)\n\s*\k<mark>\s*$/m;
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** A variable that a configuration declares sensitive. */
interface SecretVariable {
  readonly name: string;
  /** The texts of its default value. */
  readonly defaults: readonly string[];
}

/**
 * The texts of the variables that a configuration declares sensitive, given or by default. Terraform shows them where
 * it passes on what others said, as in the error of a provisioner. Read from the text, because no command tells before
 * it acts; too much does no harm.
 */
export function secretVariablesOf({ files, variables }: TerraformModule): readonly string[] {
  const root = Object.entries(files).filter(([path]) => !path.includes('/'));
  const declared = root.flatMap(([path, text]) => {
    if (path.endsWith('.tf')) return declaredInText(text);
    return path.endsWith('.tf.json') ? declaredInJson(text) : [];
  });
  return declared.flatMap(({ defaults, name }) => [...secretsIn(valueOf(variables, name), true), ...defaults]);
}

function declaredInText(text: string): readonly SecretVariable[] {
  return text.split(BLOCK).flatMap((block) => {
    const name = SECRET_VARIABLE.exec(block)?.[1];
    return name === undefined ? [] : [{ name, defaults: defaultsIn(block) }];
  });
}

/** Whatever else is quoted behind it is looked for as a whole, so it takes nothing away from what people read. */
function defaultsIn(block: string): readonly string[] {
  const { value = '' } = DEFAULT.exec(block)?.groups ?? {};
  const { lines } = HEREDOC.exec(value)?.groups ?? {};
  if (lines !== undefined) return lines.split('\n').map((line) => line.trim());
  return [...value.matchAll(QUOTED)].map(([quoted]) => unquoted(quoted));
}

/** The escapes of both languages that occur in a secret are those of JSON; others are left as they are. */
function unquoted(quoted: string): string {
  const read = parsed(quoted);
  return typeof read === 'string' ? read : quoted.slice(1, -1);
}

/** In JSON a block is an object by name, or a list of such objects. */
function declaredInJson(text: string): readonly SecretVariable[] {
  return listOf(memberOf(parsed(text), 'variable')).flatMap((variables) =>
    Object.keys(isRecord(variables) ? variables : {}).flatMap((name) => {
      const blocks = listOf(memberOf(variables, name)).filter((block) => memberOf(block, 'sensitive') === true);
      return blocks.map((block) => ({ name, defaults: secretsIn(memberOf(block, 'default'), true) }));
    }),
  );
}

function listOf(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

/** `Array.isArray` would make it a list of anything. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function valueOf(variables: TerraformModule['variables'], name: string): Json | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
