import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const room = (name: string) => fileURLToPath(new URL(`./src/${name}`, import.meta.url));
/**
 * Real processes, browsers and brokers on a machine that others load as well: under CI a test of theirs that failed is tried
 * once more. `.ci/run` names at its end every test that needed it, so that none hides.
 */
const processes = { testTimeout: 60_000, retry: env.CI === 'true' ? 1 : 0 };
const common = { pool: 'forks' as const, testTimeout: 20_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias: { '#domain': room('domain'), '#engine': room('engine') } },
        test: {
          ...common,
          name: 'unit',
          include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'web/src/**/*.test.ts'],
        },
      },
      { test: { ...common, name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      {
        test: {
          ...common,
          name: 'deploy',
          include: ['test/deploy/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          ...common,
          ...processes,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
        },
      },
      {
        test: {
          ...common,
          ...processes,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/build-dashboard.ts'],
          // A browser beside the platform on a busy machine: patience costs nothing where all is well.
          expect: { poll: { timeout: 15_000 } },
        },
      },
      {
        test: {
          ...common,
          ...processes,
          name: 'scale',
          include: ['test/scale/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
