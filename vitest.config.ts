import { defineConfig } from 'vitest/config';
import { embedded } from './scripts/embed-plugin.mjs';

export default defineConfig({
  plugins: [embedded()],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'test/images/**', 'node_modules/**'],
    testTimeout: 60_000,
  },
});
