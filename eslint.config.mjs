import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jsdoc from 'eslint-plugin-jsdoc';
import jsonc from 'jsonc-eslint-parser';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const SPECS = ['**/*.spec.ts', '**/*.contract.ts', '**/*.harness.ts', 'test/**/*.ts'];
const DOMAIN = ['libs/*/src/domain/**/*.ts'];
const APPLICATION = ['libs/*/src/application/**/*.ts'];

// Which kind of package may use which (`nx.tags` of each package.json). Contexts never meet but in contracts.
const LAYERS = {
  kernel: [],
  contracts: ['kernel'],
  'event-sourcing': ['kernel', 'contracts'],
  port: ['kernel', 'contracts'],
  context: ['kernel', 'contracts', 'event-sourcing', 'port'],
  adapter: ['kernel', 'contracts', 'event-sourcing', 'port', 'adapter'],
  app: ['kernel', 'contracts', 'event-sourcing', 'port', 'context', 'adapter'],
  composition: ['kernel', 'contracts', 'event-sourcing', 'port', 'context', 'adapter', 'app'],
  client: ['kernel', 'contracts'],
  tool: ['kernel', 'contracts', 'adapter', 'client'],
  testing: ['kernel', 'contracts', 'event-sourcing', 'port', 'adapter'],
};
const EVERYTHING = [...Object.keys(LAYERS), 'test'];

/** The boundary rule, with what every kind may use besides its own row. */
function boundaries(alsoAllowed) {
  const rows = Object.entries(LAYERS).map(([kind, below]) => [kind, [...below, ...alsoAllowed]]);
  return [
    'error',
    {
      enforceBuildableLibDependency: false,
      allowCircularSelfDependency: false,
      banTransitiveDependencies: true,
      allow: [],
      depConstraints: [...rows, ['test', EVERYTHING]].map(([kind, below]) => ({
        sourceTag: `type:${kind}`,
        onlyDependOnLibsWithTags: below.length === 0 ? ['type:none'] : below.map((name) => `type:${name}`),
      })),
    },
  ];
}

const syntaxEverywhere = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals or an `as const` object.' },
  { selector: 'ExportAllDeclaration', message: 'Name each export, so that what is public was decided.' },
  {
    selector:
      ':matches(FunctionDeclaration, ArrowFunctionExpression, MethodDefinition[kind="method"] > FunctionExpression)' +
      '[params.length>3]:not([params.0.decorators.length>0])',
    message: 'At most 3 parameters: pass an object.',
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>4]',
    message: 'At most 4 constructor parameters: pass an object or split the class.',
  },
];

// Kernel, domain and use cases get time, ids, chance and the outside world as arguments, so that one seed replays a run.
const PURE = 'comes in through a port or an argument, so that a simulation can drive this code.';
const pureSyntax = [
  ...syntaxEverywhere,
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: `The time ${PURE}` },
  { selector: 'CallExpression[callee.name="Date"]', message: `The time ${PURE}` },
  { selector: 'ImportExpression', message: 'Import at the top, where the layer rules see it.' },
];
const pureRules = {
  'no-restricted-syntax': ['error', ...pureSyntax],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: `The time ${PURE}` },
    { object: 'Math', property: 'random', message: `Chance ${PURE}` },
    { object: 'AbortSignal', property: 'timeout', message: `The time ${PURE}` },
  ],
  'no-restricted-globals': [
    'error',
    ...['process', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
      name,
      message: `What \`${name}\` gives ${PURE}`,
    })),
    ...['fetch', 'crypto', 'console', 'globalThis', 'global', 'WebSocket', 'EventSource', 'Buffer'].map((name) => ({
      name,
      message: `What \`${name}\` gives ${PURE}`,
    })),
  ],
};

/** Refuses every import but those the pattern allows. */
function importsOnly(allowed, message) {
  return { 'no-restricted-imports': ['error', { patterns: [{ regex: `^(?!${allowed})`, message }] }] };
}

const limits = {
  'max-lines': ['error', 400],
  'max-lines-per-function': ['error', 70],
  complexity: ['error', { max: 12, variant: 'modified' }], // A switch over a union counts once.
  'max-depth': ['error', 3],
  'max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }],
};

const habits = {
  'no-restricted-syntax': ['error', ...syntaxEverywhere],
  'no-console': 'error',
  eqeqeq: 'error',
  'no-else-return': 'error',
  'object-shorthand': 'error',
  'prefer-template': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  // Below: the strict preset, less what is taste or refuses what NestJS, ports and loops need.
  '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
  '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  '@typescript-eslint/no-unnecessary-type-parameters': 'off', // Ports name their answer's type at the call.
  '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Structural types are meant.
  '@typescript-eslint/require-await': 'off', // Methods of ports are async whether or not they wait.
};

const docs = {
  'jsdoc/require-jsdoc': [
    'error',
    {
      publicOnly: { esm: true, cjs: false, window: false },
      enableFixer: false,
      require: { FunctionDeclaration: true, ClassDeclaration: true },
      contexts: [
        'TSInterfaceDeclaration',
        // A type inferred from a schema of the same name has the schema's comment.
        'TSTypeAliasDeclaration:not([typeAnnotation.typeName.right.name="infer"])',
        'ExportNamedDeclaration > VariableDeclaration',
      ],
    },
  ],
  'jsdoc/no-types': 'error',
  'jsdoc/check-tag-names': ['error', { definedTags: ['remarks'] }],
  'jsdoc/check-param-names': ['error', { checkDestructured: false, disableMissingParamChecks: true }],
};

export default defineConfig(
  globalIgnores([
    '**/dist/**',
    '**/out-tsc/**',
    '**/.nx/**',
    '**/.caisson/**',
    '**/.kafka/**',
    '**/coverage/**',
    'test/tidy/fixtures/**',
    '**/src/openapi-types.ts', // Generated.
    'vitest.config.ts',
    'eslint.config.mjs',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [eslint.configs.recommended, prettier],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'performance', 'setTimeout', 'clearTimeout', 'Buffer', 'URL', 'fetch'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
    rules: limits,
  },
  {
    files: ['**/*.ts'],
    extends: [eslint.configs.recommended, tseslint.configs.strictTypeChecked, prettier],
    plugins: { '@nx': nx, jsdoc },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: { ...limits, ...habits, ...docs, '@nx/enforce-module-boundaries': boundaries([]) },
  },
  {
    files: ['libs/kernel/src/**/*.ts'],
    ignores: SPECS,
    rules: { ...pureRules, ...importsOnly('\\./', 'The kernel depends on nothing.') },
  },
  {
    files: DOMAIN,
    ignores: SPECS,
    rules: {
      ...pureRules,
      ...importsOnly(
        '\\./|@caisson/(kernel|contracts)$',
        'Domain uses the kernel, the contracts and its siblings only.',
      ),
    },
  },
  {
    files: APPLICATION,
    ignores: SPECS,
    rules: {
      ...pureRules,
      ...importsOnly('\\.{1,2}/|@caisson/|zod$', 'Use cases reach frameworks, drivers and the platform through ports.'),
    },
  },
  {
    files: ['libs/event-sourcing/src/**/*.ts', 'libs/engine/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      ...pureRules,
      ...importsOnly('\\.{1,2}/|@caisson/', 'Ports and their runtime use the kernel and the contracts only.'),
    },
  },
  {
    // One way to use cases. Pure functions of a domain change nothing and need no bus.
    files: ['apps/api/src/http/*.controller.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^@caisson/(deployment|drift|execution|planning|tenancy|webhooks)$',
              allowTypeImports: true,
              allowImportNames: ['adjustDesired'],
              message: 'Controllers reach use cases over the command and query buses.',
            },
          ],
        },
      ],
    },
  },
  {
    files: SPECS,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['{libs,apps,deploy}/**/*.{spec,harness}.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['testing']) },
  },
  {
    // Programs that talk to a person on a terminal.
    files: ['apps/standalone/**/*.ts', 'deploy/local/**/*.ts', 'test/load/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['{libs,apps,deploy}/**/package.json'],
    languageOptions: { parser: jsonc },
    plugins: { '@nx': nx },
    rules: {
      '@nx/dependency-checks': [
        'error',
        { checkObsoleteDependencies: false, checkVersionMismatches: false, ignoredDependencies: ['vitest'] },
      ],
    },
  },
);
