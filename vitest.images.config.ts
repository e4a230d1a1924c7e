// Tests with real Debian images and tools beside: npx vitest run --config vitest.images.config.ts
import { defineConfig } from 'vitest/config';
import { embedded } from './scripts/embed-plugin.mjs';

export default defineConfig({
  plugins: [embedded()],
  test: { include: ['test/images/**/*.test.ts'], testTimeout: 600_000 },
});
