import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, repositoryFiles, ROOT } from './repository.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly scripts?: Record<string, string>;
  readonly nx?: { readonly tags?: readonly string[] };
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly overrides?: Record<string, unknown>;
}

interface References {
  readonly references?: readonly { readonly path: string }[];
}

const KINDS = /^type:(kernel|contracts|event-sourcing|port|context|adapter|app|composition|client|tool|testing|test)$/;
const EXACT = /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

const files = repositoryFiles();
const manifests = files.filter((path) => /(^|\/)package\.json$/.test(path) && !path.startsWith('examples/'));
const packages = manifests.filter((path) => path !== 'package.json').map((path) => ({ path, manifest: parse(path) }));
const root = parse('package.json');

function parse(path: string): Manifest {
  return JSON.parse(read(path)) as Manifest;
}

describe('versions', () => {
  it('are pinned exactly', () => {
    const loose = manifests.flatMap((path) => {
      const { dependencies, devDependencies, optionalDependencies } = parse(path);
      return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !EXACT.test(version))
        .map(([name, version]) => `${path}: ${name} ${version}`);
    });
    expect(loose).toEqual([]);
  });

  it('are the same in every package', () => {
    const seen = new Map<string, Set<string>>();
    for (const path of manifests) {
      const { dependencies, devDependencies } = parse(path);
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        seen.set(name, (seen.get(name) ?? new Set()).add(version));
      }
    }
    const split = [...seen]
      .filter(([, versions]) => versions.size > 1)
      .map(([name, versions]) => [name, [...versions]]);
    expect(split).toEqual([]);
  });

  it('are locked without the address of a registry', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/);
    expect(read('.npmrc')).toContain('omit-lockfile-registry-resolved=true');
  });

  it('of the tools are the ones the code is written for', () => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    expect(major > 22 || (major === 22 && minor >= 15), `Node ${process.versions.node} runs the tests`).toBe(true);
    const compiler = execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-v'], { encoding: 'utf8' });
    expect(compiler).toMatch(/^Version 7\./);
  });
});

describe('each package', () => {
  it.each(packages.map(({ path, manifest }) => [manifest.name, path, manifest] as const))(
    '%s says what it is and can be built, imported and tested',
    (name, path, manifest) => {
      const folder = path.replace(/\/package\.json$/, '');
      expect(name).toMatch(/^@caisson\/[a-z0-9-]+$/);
      expect(manifest).toMatchObject({ version: root.version, private: true, type: 'module' });
      expect((manifest.nx?.tags ?? []).filter((tag) => KINDS.test(tag))).toHaveLength(1);
      expect((manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('scope:'))).toHaveLength(1);
      const isSuite = folder.startsWith('test/'); // Nobody imports it, and a suite of its own runs it.
      const projects = ['tsconfig.json', 'tsconfig.lib.json', 'tsconfig.spec.json'];
      const needed = isSuite ? projects : ['src/index.ts', ...projects];
      expect(files).toEqual(expect.arrayContaining(needed.map((file) => `${folder}/${file}`)));
      if (!isSuite) expect(manifest.scripts?.['test']).toMatch(new RegExp(` ${folder}$`));
      expect(read('tsconfig.json')).toContain(`"path": "${folder}"`);
    },
  );

  it('names its public parts one by one', () => {
    const indexes = files.filter((path) => /^libs\/.*\/src\/index\.ts$/.test(path));
    const other = indexes.flatMap((path) => {
      const rest = read(path)
        .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
        .replaceAll(/export (type )?\{[^}]*\}( from '[^']+')?;/g, '')
        .trim();
      return rest === '' ? [] : [`${path}: ${rest.slice(0, 80)}`];
    });
    expect(other).toEqual([]);
  });

  it('references for the compiler exactly what its package.json depends on', () => {
    const folderOf = new Map(packages.map(({ path, manifest }) => [manifest.name, dirname(path)]));
    const astray = packages.flatMap(({ path, manifest: { name, dependencies = {}, devDependencies = {} } }) => {
      const folder = dirname(path);
      const targetsOf = (names: readonly string[]): readonly string[] =>
        names
          .flatMap((dependency) => folderOf.get(dependency) ?? [])
          .map((target) => `${relative(folder, target)}/tsconfig.lib.json`);
      const [wanted, allowed] = [targetsOf(Object.keys(dependencies)), targetsOf(Object.keys(devDependencies))];
      const given = referencesIn(`${folder}/tsconfig.lib.json`);
      const inSpecs = [...given, ...referencesIn(`${folder}/tsconfig.spec.json`)];
      const missing = wanted.filter((target) => !given.includes(target));
      const missingInSpecs = allowed.filter((target) => !inSpecs.includes(target));
      const idle = given.filter((target) => !wanted.includes(target) && !allowed.includes(target));
      return [
        ...[...missing, ...missingInSpecs].map((target) => `${name} lacks ${target}`),
        ...idle.map((target) => `${name} needs no ${target}`),
      ];
    });
    expect(astray).toEqual([]);
  });
});

function referencesIn(file: string): readonly string[] {
  const { references = [] } = JSON.parse(read(file)) as References;
  return references.map((reference) => reference.path);
}
