import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: [
      '{libs,services}/*/src/**/*.test.ts',
      'cli/src/**/*.test.ts',
      'test/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    testTimeout: 30_000, // Two cores, and files that run side by side.
    hookTimeout: 60_000, // PGlite takes seconds to boot; it is opened once per file.
  },
})
