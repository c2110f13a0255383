import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

// Tests read the sources of the workspace's packages; nothing needs to be built first.
const conditions = ['@caisson/source', ...defaultServerConditions];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const never = ['**/node_modules/**', '**/dist/**', '**/out-tsc/**'];

/** One run for the whole repository. `vitest run --project unit` picks a suite. */
export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{libs,apps,deploy,test/load,test/fault,test/history}/**/src/**/*.spec.ts'],
          exclude: ['**/*.{int,dist,mirror,fault}.spec.ts', ...never],
          testTimeout: 20_000, // Property tests take seconds on a busy machine.
        },
      },
      {
        ...shared,
        test: {
          name: 'tidy',
          include: ['test/tidy/src/**/*.spec.ts'],
          exclude: ['**/*.{chart,cluster}.spec.ts', ...never],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Builds Helm and Kubernetes' types with Go: not part of `npm test`.
        ...shared,
        test: {
          name: 'charts',
          include: ['test/tidy/src/**/*.chart.spec.ts'],
          exclude: never,
          testTimeout: 60_000,
        },
      },
      {
        // Installs the chart on a control plane (`CAISSON_KUBECONFIG`): not part of `npm test`.
        ...shared,
        test: {
          name: 'cluster',
          include: ['test/tidy/src/**/*.cluster.spec.ts'],
          exclude: never,
          testTimeout: 200_000,
        },
      },
      {
        // The real deciders and loops over simulated everything else.
        ...shared,
        test: {
          name: 'simulation',
          include: ['test/simulation/src/**/*.spec.ts'],
          exclude: never,
          testTimeout: 120_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'integration',
          include: ['{libs,apps,deploy}/**/src/**/*.int.spec.ts'],
          exclude: never,
          globalSetup: ['./libs/testing/src/postgres.setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Needs a real Kafka and Redis too.
        ...shared,
        test: {
          name: 'distributed',
          include: ['{libs,apps,deploy,test/fault,test/strangers}/**/src/**/*.dist.spec.ts'],
          exclude: never,
          globalSetup: ['./libs/testing/src/postgres.setup.ts', './deploy/local/src/kafka.setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        // Real services on real servers, and random faults. Asks built programs, as e2e does.
        ...shared,
        test: {
          name: 'fault',
          include: ['test/fault/src/**/*.fault.spec.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 180_000,
        },
      },
      {
        // Needs Python. Asks built programs, as e2e does.
        ...shared,
        test: {
          name: 'schemathesis',
          include: ['test/strangers/src/**/*.schemathesis.spec.ts'],
          exclude: never,
          hookTimeout: 180_000,
        },
      },
      {
        // Needs a folder with Terraform's plugins and moto_server: not part of `npm test`.
        ...shared,
        test: {
          name: 'mirror',
          include: ['libs/adapters/**/src/**/*.mirror.spec.ts'],
          exclude: never,
          globalSetup: ['./libs/testing/src/postgres.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        // Drives built programs as a person would; one story at a time.
        ...shared,
        test: {
          name: 'e2e',
          include: ['test/e2e/src/**/*.spec.ts'],
          exclude: never,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
