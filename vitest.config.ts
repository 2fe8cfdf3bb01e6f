import { defineConfig } from 'vitest/config'

const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
}
const common = {
  setupFiles: ['vitest.setup.ts'],
  testTimeout: 30_000, // Two cores, and files that run side by side.
  hookTimeout: 60_000, // PGlite takes seconds to boot; it is opened once per file.
}

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'units',
          include: [
            '{libs,services}/*/src/**/*.test.ts',
            'cli/src/**/*.test.ts',
            'tools/**/*.test.ts',
          ],
          ...common,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts', 'bench/**/*.test.ts'],
          ...common,
          // Longer than any wait in them, so that what was missing is told; nothing waits for it to pass.
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // One at a time, and after the units: each may bring up an API server, NATS, Postgres and a plane.
          fileParallelism: false,
          // Real servers on a shared machine: what a stall upsets is tried once more, and told as tried twice.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
