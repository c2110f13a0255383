import type { Json, JsonObject } from '@caisson/kernel';

/** Where a block of a configuration begins. */
const BLOCK = /^(?=[ \t]*(?:variable|resource|data|module|output|provider|locals|terraform|check)[ \t]*["{])/m;
const SECRET_VARIABLE = /^\s*variable\s+"([^"]+)".*[{\n][ \t]*sensitive\s*=\s*true\b/s;

const DEFAULT = /\bdefault\s*=\s*(?<value>[\s\S]*)/m;
const HEREDOC = /^<<[-~]?\s*(?<mark>\w+)\n(?<lines>[\s\S]*?)\n\s*\k<mark>\s*$/m;
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** A Terraform configuration, and the values that it is given. */
export interface ModuleValues {
  /** Text by relative path, such as `main.tf` or `modules/net/main.tf`. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables: JsonObject;
}

/** A variable that a configuration declares sensitive, and the texts that stand in it where anybody reads them. */
export interface SecretVariable {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** The texts of the value that is given to it. */
  readonly given: readonly string[];
  /** The texts of its default value. */
  readonly defaults: readonly string[];
}

/**
 * The variables that the root of a configuration declares sensitive. Read from the text, because no command tells
 * before it acts.
 */
export function secretVariablesOf({ files, variables }: ModuleValues): readonly SecretVariable[] {
  const root = Object.entries(files).filter(([path]) => !path.includes('/'));
  return root.flatMap(([file, text]) =>
    declaredIn(file, text).map(({ defaults, name }) => {
      return { name, file, given: textsIn(valueOf(variables, name)), defaults: defaults.filter((one) => one !== '') };
    }),
  );
}

type Declaration = Pick<SecretVariable, 'name' | 'defaults'>;

function declaredIn(file: string, text: string): readonly Declaration[] {
  if (file.endsWith('.tf')) return declaredInText(text);
  return file.endsWith('.tf.json') ? declaredInJson(text) : [];
}

function declaredInText(text: string): readonly Declaration[] {
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
function declaredInJson(text: string): readonly Declaration[] {
  return listOf(memberOf(parsed(text), 'variable')).flatMap((variables) =>
    Object.keys(isRecord(variables) ? variables : {}).flatMap((name) => {
      const blocks = listOf(memberOf(variables, name)).filter((block) => memberOf(block, 'sensitive') === true);
      return blocks.map((block) => ({ name, defaults: textsIn(memberOf(block, 'default')) }));
    }),
  );
}

function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((item: Json) => textsIn(item));
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

function valueOf(variables: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}
