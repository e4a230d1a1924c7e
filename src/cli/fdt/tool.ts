// How a device tree tool runs: its failures are lines on standard error, its exit statuses those of the tool it is like.
import { UsageError } from '../options';
import { ToolFailure } from './files';

/** @returns the exit status. */
export async function runTool(
  name: string,
  run: (complain: (text: string) => void) => Promise<void> | void,
): Promise<number> {
  const complain = (text: string): void => void process.stderr.write(text);
  try {
    await run(complain);
    return 0;
  } catch (error) {
    if (error instanceof ToolFailure) {
      complain(error.message.replaceAll(/^/gm, `${name}: `) + '\n');
      return error.status;
    }
    if (error instanceof UsageError) {
      complain(`${name}: ${error.message}; xenlab ${name} --help lists the options\n`);
      return 1;
    }
    throw error;
  }
}
