import type { Diagnostic } from '@caisson/contracts';
import type { JsonObject } from '@caisson/kernel';
import { z } from 'zod';

/** Bounds of one module. Larger input is refused by name. */
export const MODULE_LIMITS = {
  filesMax: 500,
  fileLengthMax: 1_048_576,
  totalLengthMax: 8_388_608,
  pathLengthMax: 200,
  pathDepthMax: 12,
} as const;

/** A Terraform configuration and the values of its variables. */
export interface TerraformModule {
  /** Text by relative path, such as `main.tf` or `modules/net/main.tf`. */
  readonly files: Readonly<Record<string, string>>;
  readonly variables: JsonObject;
  /** Set when nothing has to be installed for it. */
  readonly builtInOnly?: boolean;
}

/** A module, or what is wrong with the properties. */
export type ModuleReading =
  | { readonly outcome: 'module'; readonly module: TerraformModule }
  | { readonly outcome: 'refused'; readonly diagnostics: readonly Diagnostic[] };

const VariableName = /^[A-Za-z_][A-Za-z0-9_-]{0,127}$/;

const Properties = z.strictObject({
  source: z.union([
    z.strictObject({ files: z.record(z.string(), z.string().max(MODULE_LIMITS.fileLengthMax)) }),
    z.looseObject({ git: z.unknown() }),
    z.looseObject({ path: z.unknown() }),
  ]),
  variables: z.record(z.string().regex(VariableName, 'must be a Terraform variable name'), z.json()).default({}),
});

/** Reads the properties of a unit of type `module`. */
export function readModule(properties: JsonObject): ModuleReading {
  const parsed = Properties.safeParse(properties);
  if (!parsed.success) {
    return refused(
      parsed.error.issues.map((issue) =>
        problem(issue.path.join('.') || 'properties', 'Invalid property', issue.message),
      ),
    );
  }
  const { source, variables } = parsed.data;
  if (!('files' in source)) return refused([unsupportedSource('git' in source ? 'git' : 'path')]);
  const files = source.files as Readonly<Record<string, string>>;
  const problems = problemsOf(files);
  if (problems.length > 0) return refused(problems);
  return { outcome: 'module', module: { files, variables } };
}

function problemsOf(files: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const paths = Object.keys(files);
  if (paths.length === 0) return [problem('source.files', 'No files', 'Give at least one file, such as main.tf.')];
  if (paths.length > MODULE_LIMITS.filesMax) {
    const detail = `${paths.length} files were given; ${MODULE_LIMITS.filesMax} are allowed.`;
    return [problem('source.files', 'Too many files', detail)];
  }
  const total = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  if (total > MODULE_LIMITS.totalLengthMax) {
    const detail = `The files have ${total} characters; ${MODULE_LIMITS.totalLengthMax} are allowed.`;
    return [problem('source.files', 'Files too large', detail)];
  }
  const twins = new Set(paths.map((path) => path.toLowerCase())).size < paths.length;
  return [
    ...paths.flatMap((path) => {
      const reason = refusePath(path);
      return reason === undefined ? [] : [problem(`source.files["${printable(path)}"]`, 'File refused', reason)];
    }),
    ...(twins ? [problem('source.files', 'File refused', 'Two paths differ only in upper and lower case.')] : []),
  ];
}

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._ +-]{0,99}$/;

/** Why a path cannot be written into the work directory; undefined when it can. */
export function refusePath(path: string): string | undefined {
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  if (path === '.terraform.lock.hcl') return undefined;
  if (path.length > MODULE_LIMITS.pathLengthMax || segments.length > MODULE_LIMITS.pathDepthMax) {
    return 'The path is too long or too deep.';
  }
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    return 'Use a relative path of names made of letters, digits and . _ - + with no leading dot.';
  }
  if (/\.tfstate(\.|$)/.test(name)) return 'State is kept by Caisson. Leave state files out.';
  if (segments.length === 1 && /^(override|.*_override)\.tf(\.json)?$/.test(name)) {
    return 'An override file could replace the state backend. Write the settings into the files themselves.';
  }
  if (segments.length === 1 && name.startsWith('caisson-')) return 'Names that start with caisson- are taken.';
  return undefined;
}

function unsupportedSource(kind: 'git' | 'path'): Diagnostic {
  const detail =
    kind === 'path'
      ? 'A path is read by the client and sent as files. Give source.files, or use the caisson command.'
      : 'Sources in Git are not fetched by this version. Give the files as source.files.';
  return problem(`source.${kind}`, 'Source not supported', detail);
}

function problem(address: string, summary: string, detail: string): Diagnostic {
  return { severity: 'error', summary, detail, address };
}

function refused(diagnostics: readonly Diagnostic[]): ModuleReading {
  return { outcome: 'refused', diagnostics };
}

function printable(path: string): string {
  return JSON.stringify(path.slice(0, MODULE_LIMITS.pathLengthMax)).slice(1, -1);
}
