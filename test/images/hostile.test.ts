// The hostile guest for as long as the issue wants it; it needs no image, only time.
import { expect, it } from 'vitest';
import { Hostile } from '../lab/hostile';

const STEPS = 1_000_000;

it('1,000,000 steps of a hostile guest harm nobody', { timeout: 1_200_000 }, async () => {
  const report = await new Hostile(STEPS, 2).run();
  expect(report.steps).toBe(STEPS);
});
