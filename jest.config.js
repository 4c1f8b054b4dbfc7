/** Unit, story and contract tests by default; `--soak` of scripts/test.mjs sets PROW_TIER=soak. */
const soak = process.env.PROW_TIER === 'soak';
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: soak ? ['<rootDir>/test/soak/**/*.test.{ts,tsx}'] : ['<rootDir>/test/**/*.test.{ts,tsx}'],
  testPathIgnorePatterns: soak ? [] : ['<rootDir>/test/soak/'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022', transform: { react: { runtime: 'automatic', importSource: 'hono/jsx' } } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  setupFiles: ['<rootDir>/test/support/noNet.js'],
  globalSetup: '<rootDir>/test/support/globalSetup.js',
  globalTeardown: '<rootDir>/test/support/globalTeardown.js',
  testTimeout: soak ? 600_000 : 180_000,
  maxWorkers: 2,
  // Modules of finished files are never freed; in a large process each start of git takes long, and so does collecting.
  workerIdleMemoryLimit: '500MB',
};
