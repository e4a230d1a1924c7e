// A few thousand hostile inputs; npm run fuzz-dt reads as many as one likes.
import { expect, it } from 'vitest';
import { fuzz } from './fuzz';

it('nothing that is put in comes through as an exception, or takes long', () => {
  const slowest = fuzz(20061, 3000, () => process.cpuUsage().user / 1000);
  expect(slowest.milliseconds).toBeLessThan(5000);
}, 60_000);
