import { describe, expect, it } from 'vitest';
import { MODULE_LIMITS, readModule, refusePath } from './module-properties.js';

describe('paths of files', () => {
  it.each(['main.tf', 'modules/net/main.tf', '.terraform.lock.hcl', 'a b/c+d_e-1.json', 'modules/override.tf'])(
    'takes %s',
    (path) => {
      expect(refusePath(path)).toBeUndefined();
    },
  );

  it.each([
    ['/etc/passwd', 'absolute'],
    ['../main.tf', 'above'],
    ['a/../../b', 'above'],
    ['a/./b', 'a dot'],
    ['a//b', 'empty part'],
    ['a/', 'a folder'],
    ['', 'empty'],
    ['.terraform/x', 'Terraform data'],
    ['.terraformrc', 'settings'],
    ['a/.git/config', 'a repository'],
    ['a\\..\\b', 'backslash'],
    ['a\u0000.tf', 'NUL'],
    ['a\n.tf', 'line break'],
    ['%2e%2e/x', 'encoded'],
    ['terraform.tfstate', 'state'],
    ['errored.tfstate', 'state'],
    ['modules/terraform.tfstate.backup', 'state'],
    ['override.tf', 'override'],
    ['backend_override.tf', 'override'],
    ['x_override.tf.json', 'override'],
    ['caisson-variables.tfvars.json', 'our own'],
    ['a'.repeat(300), 'too long'],
    [Array.from({ length: 20 }, () => 'a').join('/'), 'too deep'],
  ])('refuses %j: %s', (path) => {
    expect(refusePath(path)).toBeTypeOf('string');
  });
});

describe('properties of a module', () => {
  const files = { 'main.tf': '' };
  const addresses = (properties: object): (string | undefined)[] => {
    const reading = readModule(properties as never);
    return reading.outcome === 'refused' ? reading.diagnostics.map((found) => found.address) : [];
  };

  it('are files and variables', () => {
    expect(readModule({ source: { files }, variables: { size: 3, tags: { a: ['b'] } } })).toEqual({
      outcome: 'module',
      module: { files, variables: { size: 3, tags: { a: ['b'] } } },
    });
    expect(readModule({ source: { files } })).toMatchObject({ outcome: 'module', module: { variables: {} } });
  });

  it.each([
    [{}, ['source']],
    [{ source: { files }, extra: 1 }, ['properties']],
    [{ source: { files: {} } }, ['source.files']],
    [{ source: { files: { 'main.tf': 1 } } }, ['source']],
    [{ source: { git: { url: 'https://example.org/x.git' } } }, ['source.git']],
    [{ source: { path: './terraform' } }, ['source.path']],
    [{ source: { files: { '../x': '' } } }, ['source.files["../x"]']],
    [{ source: { files: { 'a.tf': '', 'A.tf': '' } } }, ['source.files']],
    [{ source: { files }, variables: { 'a=b': 1 } }, ['variables.a=b']],
    [{ source: { files }, variables: { 'a\nb': 1 } }, ['variables.a\nb']],
  ])('in %j are refused at %j', (properties, expected) => {
    expect(addresses(properties)).toEqual(expected);
  });

  it('are refused when there are too many files or they are too large', () => {
    const many = Object.fromEntries(Array.from({ length: MODULE_LIMITS.filesMax + 1 }, (_, n) => [`f${n}.tf`, '']));
    expect(addresses({ source: { files: many } })).toEqual(['source.files']);
    const large = Object.fromEntries(
      Array.from({ length: 9 }, (_, n) => [`f${n}.tf`, 'x'.repeat(MODULE_LIMITS.fileLengthMax)]),
    );
    expect(addresses({ source: { files: large } })).toEqual(['source.files']);
  });
});
