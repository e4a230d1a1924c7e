// The hostile guest of test/lab/hostile.ts, for longer.  npm run fuzz-hypervisor [-- STEPS [SEED]]
import { Hostile } from '../test/lab/hostile';

const [steps = '1000000', seed = '1'] = process.argv.slice(2);
const begin = process.cpuUsage();
const report = await new Hostile(Number(steps), Number(seed), line => console.log(line)).run();
const { user } = process.cpuUsage(begin);
console.log(`${report.steps} steps of ${report.guests} guests, ${report.instructions} instructions, ${(user / 1e6).toFixed(1)} s of user CPU: nothing has changed`); // prettier-ignore
