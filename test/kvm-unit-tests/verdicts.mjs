// What a run of kvm-unit-tests says, as facts that can be compared.

/** Verdicts of sub-tests, and the code with which the program ends. Lines of information, and summaries, are left out. */
const FACT = /^(?:(?:PASS|FAIL|SKIP|XFAIL|XPASS|ABORT): .*|EXIT: STATUS=\d+)$/;

/**
 * @param {string} said a console
 * @returns {string[]} its facts in the order of the alphabet: cores report in any order
 */
export function verdicts(said) {
  return said
    .split('\n')
    .map(line => line.trim())
    .filter(line => FACT.test(line))
    .sort();
}

/** What is left of `lines` when each of `others` takes one that is the same away. */
function without(lines, others) {
  const rest = [...others];
  return lines.filter(line => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/**
 * Compares two runs line by line.
 * @param {readonly string[]} there
 * @param {readonly string[]} here
 * @param {Readonly<Record<string, string>>} reasons by the line as it is said here: why there says something else
 * @returns {{ unexplained: string[], explained: number }} lines of one side alone; an explanation covers both sides
 */
export function compare(there, here, reasons) {
  const subject = line => line.replace(/^\w+: /, '').replace(/^STATUS=\d+$/, 'STATUS');
  const onlyHere = without(here, there);
  const onlyThere = without(there, here);
  const covered = new Set(onlyHere.filter(line => line in reasons).map(subject));
  return {
    unexplained: [
      ...onlyThere.filter(line => !covered.has(subject(line))).map(line => `only there: ${line}`),
      ...onlyHere.filter(line => !(line in reasons)).map(line => `only here: ${line}`),
    ],
    explained: covered.size,
  };
}
