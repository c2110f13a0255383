import { describe, expect, it } from 'vitest';
import { DesiredState, type DesiredStateInput } from './desired-state.js';
import { PROBLEMS_MAX, validateDesiredState } from './desired-state-problems.js';

type Resource = DesiredStateInput['resources'][number];

function problemsOf(resources: readonly Partial<Resource>[], outputs: Record<string, string> = {}) {
  const named = resources.map((resource) => ({ name: 'a', type: 'server', ...resource }));
  return validateDesiredState(DesiredState.parse({ name: 'shop', resources: named, outputs }));
}

describe('a desired state that can be planned', () => {
  it('has no problems', () => {
    const network = { name: 'network', type: 'network', properties: { cidr: '10.0.0.0/16' } };
    const web = {
      name: 'web',
      count: 2,
      properties: { network: '${network.id}' },
      dependsOn: ['network'],
      checks: [{ kind: 'http' as const, url: '${web.outputs.url}/healthz' }],
    };
    expect(problemsOf([network, web], { url: '${web[0].outputs.url}' })).toEqual([]);
  });

  it('may hold files with placeholders of another tool', () => {
    const files = { 'main.tf': '"zone-${count.index + 1} ${var.environment}"' };
    expect(problemsOf([{ properties: { source: { files } } }])).toEqual([]);
  });

  it('may list what is needed after what needs it', () => {
    expect(problemsOf([{ name: 'b', dependsOn: ['a'] }, { name: 'a' }])).toEqual([]);
  });
});

describe('a desired state that cannot be planned', () => {
  it.each([
    { reason: 'a name used twice', resources: [{}, {}], at: '/resources/1/name', code: 'duplicate-resource' },
    {
      reason: 'a dependency on nothing',
      resources: [{ dependsOn: ['db'] }],
      at: '/resources/0/dependsOn/0',
      code: 'unknown-resource',
    },
    {
      reason: 'a reference to nothing, deep in the properties',
      resources: [{ properties: { disks: [{ 'a/b': '${db.id}' }] } }],
      at: '/resources/0/properties/disks/0/a~1b',
      code: 'unknown-resource',
    },
    {
      reason: 'text that is no reference',
      resources: [{ properties: { x: '${what is this}' } }],
      at: '/resources/0/properties/x',
      code: 'malformed-reference',
    },
    {
      reason: 'a copy beyond the last',
      resources: [{ name: 'web', count: 2 }, { properties: { x: '${web[2].id}' } }],
      at: '/resources/1/properties/x',
      code: 'unknown-copy',
    },
    {
      reason: 'a copy of what is not counted',
      resources: [{ name: 'web' }, { properties: { x: '${web[0].id}' } }],
      at: '/resources/1/properties/x',
      code: 'unknown-copy',
    },
    {
      reason: 'no copy named where there are several',
      resources: [{ name: 'web', count: 2 }, { properties: { x: '${web.id}' } }],
      at: '/resources/1/properties/x',
      code: 'ambiguous-copy',
    },
    {
      reason: 'a resource that needs itself',
      resources: [{ properties: { x: '${a.id}' } }],
      at: '/resources/0',
      code: 'dependency-cycle',
    },
  ])('says where for $reason', ({ resources, at, code }) => {
    expect(problemsOf(resources)).toMatchObject([{ pointer: at, code }]);
  });

  it('gives in clear what its own configuration calls a secret', () => {
    const source = { files: { 'main.tf': 'variable "password" {\n  sensitive = true\n  default = "from-default"\n}' } };
    const problems = problemsOf([{ properties: { source, variables: { password: 'se-cret' } } }]);
    expect(problems.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'secret-in-clear /resources/0/properties/variables/password',
      'secret-in-clear /resources/0/properties/source/files/main.tf',
    ]);
    expect(JSON.stringify(problems)).toContain('put it into a credential as TF_VAR_password');
    expect(JSON.stringify(problems)).not.toMatch(/se-cret|from-default/);
  });

  it.each([{}, { password: null }, { password: '' }, { password: '${vault.outputs.password}' }])(
    'does not with a secret variable that is given %j',
    (variables) => {
      const source = { files: { 'main.tf': 'variable "password" { sensitive = true }' } };
      expect(problemsOf([{ properties: { source, variables } }, { name: 'vault' }])).toEqual([]);
    },
  );

  it('names every resource of a cycle', () => {
    const ring = [
      { name: 'x' },
      { name: 'a', dependsOn: ['x', 'c'] },
      { name: 'b', properties: { of: '${a.id}' } },
      { name: 'c', dependsOn: ['b'] },
    ];
    expect(problemsOf(ring)).toMatchObject([
      { code: 'dependency-cycle', message: expect.stringContaining('a → b → c → a wait for each other') as string },
    ]);
  });

  it('looks at outputs too', () => {
    expect(problemsOf([{}], { url: '${web.outputs.url}' })).toMatchObject([{ pointer: '/outputs/url' }]);
  });

  it('says what the installation says about a type', () => {
    const desired = DesiredState.parse({ name: 'shop', resources: [{ name: 'a', type: 'moon-base' }] });
    const problems = validateDesiredState(desired, ({ type }) => `no engine knows "${type}"`);
    expect(problems).toEqual([
      { pointer: '/resources/0/type', code: 'unsupported-type', message: 'no engine knows "moon-base"' },
    ]);
  });

  it('lists a bounded number of problems', () => {
    expect(problemsOf([{ properties: { list: new Array(500).fill('${gone.id}') } }])).toHaveLength(PROBLEMS_MAX);
  });
});

describe('a desired state that is too much', () => {
  it.each([
    {
      what: 'dependencies between units',
      resources: [
        ...Array.from({ length: 26 }, (_, index) => ({ name: `a${index}`, count: 100 })),
        { name: 'b', count: 100, dependsOn: Array.from({ length: 26 }, (_, index) => `a${index}`) },
      ],
    },
    {
      what: 'in a chain',
      resources: Array.from({ length: 501 }, (_, index) => ({
        name: `a${index}`,
        dependsOn: index === 0 ? [] : [`a${index - 1}`],
      })),
    },
    {
      what: 'bytes',
      resources: Array.from({ length: 8 }, (_, index) => ({
        ...{ name: `a${index}`, count: 100, properties: { text: 'x'.repeat(50_000) } },
      })),
    },
  ])('in $what is refused by name', ({ resources, what }) => {
    expect(problemsOf(resources)).toMatchObject([
      { pointer: '/resources', code: 'plan-too-large', message: expect.stringContaining(what) as string },
    ]);
  });

  it('has a limit that the most units just meet', () => {
    const resources = Array.from({ length: 1000 }, (_, index) => ({ name: `a${index}`, count: 100 }));
    expect(problemsOf(resources)).toEqual([]);
  });
});
