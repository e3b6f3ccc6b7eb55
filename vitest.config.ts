/**
 * What runs where:
 * - `node`: test/engine, test/market, test/offers, test/vin (pure rules), test/sim, test/crash, test/local (the local
 *   stack; each file starts what it needs) and test/*.test.ts, in Node.
 * - `workers`: test/api and test/room, in workerd with the bindings of wrangler.toml, against a real database,
 *   Redis and S3 that test/support/cloud starts once a run; each file has a database of its own.
 *
 * `npm test -- path/to/file` starts only what that file's project needs.
 */
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import type {} from './test/support/provided.ts'

export default defineConfig({
  test: {
    // What passes is quiet; the log of a failing test is shown with it.
    silent: 'passed-only',
    projects: [
      {
        test: {
          name: 'node',
          include: [
            'test/engine/**/*.test.ts',
            'test/market/**/*.test.ts',
            'test/offers/**/*.test.ts',
            'test/vin/**/*.test.ts',
            'test/sim/**/*.test.ts',
            'test/crash/**/*.test.ts',
            'test/local/**/*.test.ts',
            'test/*.test.ts',
          ],
          testTimeout: 30_000,
          hookTimeout: 90_000,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            miniflare: { bindings: inject('bindings') },
          })),
        ],
        test: {
          name: 'workers',
          include: ['test/api/**/*.test.ts', 'test/room/**/*.test.ts'],
          globalSetup: ['test/support/cloud/global-setup.ts'],
          setupFiles: ['test/support/worker-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'istanbul',
      include: ['src/**/*.ts'],
      exclude: ['src/**/*.generated.ts'],
      reporter: ['text-summary', 'html'],
      reportsDirectory: 'coverage',
    },
  },
})
