// Hostile configurations of domains, for longer than the tests.  npm run fuzz-xl -- [COUNT [SEED]]
import { fuzzXl } from '../test/xl/fuzz';

const [count = '1000000', seed = '1'] = process.argv.slice(2);
const SLICE = 50_000;
let [done, accepted, slowest] = [0, 0, 0];
while (done < Number(count)) {
  const some = Math.min(SLICE, Number(count) - done);
  const report = fuzzXl({ count: some, seed: Number(seed) + done, now: () => process.cpuUsage().user / 1000 });
  done += some;
  accepted += report.accepted;
  slowest = Math.max(slowest, report.slowest);
  const mib = Math.round(process.memoryUsage().rss / (1 << 20));
  console.log(`${done} inputs, ${accepted} accepted, slowest ${slowest.toFixed(1)} ms, ${mib} MiB`);
}
