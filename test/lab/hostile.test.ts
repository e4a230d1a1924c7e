import { expect, it } from 'vitest';
import { Hostile } from './hostile';

it('20,000 steps of a hostile guest harm nobody', { timeout: 300_000 }, async () => {
  const report = await new Hostile(20_000, 1).run();
  expect(report.steps).toBe(20_000);
});
