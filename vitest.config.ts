import { defineConfig } from 'vitest/config';

process.env.TZ = 'UTC';

/** The suites that hold what differs between engines: bytes, threads, DuckDB's memory. They run on Node and on Bun. */
const runtime = ['test/scan/**', 'test/normalize/**', 'test/lake/**', 'test/archive/**', 'test/store/**', 'test/convert/**'];

export default defineConfig({
  test: {
    // Bun's loader and Vite's disagree about `export *`; without this `import { z } from 'zod'` is undefined there.
    deps: { interopDefault: false },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'runtime', include: runtime.map((folder) => `${folder}/*.test.ts`) } },
    ],
  },
});
