// Hostile device trees without end:  npm run fuzz-dt -- COUNT [SEED]
import { fuzz } from '../test/dt/fuzz';

const [count = '100000', seed = String(1 + (Date.now() % 1e9))] = process.argv.slice(2);
const ROUND = 10_000;
/** Milliseconds of this process, not of what else runs. */
const cpuTime = (): number => process.cpuUsage().user / 1000;
for (let done = 0; done < Number(count); done += ROUND) {
  const round = Math.min(ROUND, Number(count) - done);
  const { milliseconds, input } = fuzz(Number(seed) + done, round, cpuTime);
  const memory = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(
    `seed ${Number(seed) + done}: ${round} inputs, the slowest ${milliseconds.toFixed(0)} ms, up to ${memory} MB`,
  );
  if (milliseconds > 1000) {
    console.error(`too slow: ${JSON.stringify(input)}`);
    process.exitCode = 1;
  }
}
