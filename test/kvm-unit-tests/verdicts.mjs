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
 * @returns {string[]} lines that one side alone has
 */
export function compare(there, here) {
  return [
    ...without(there, here).map(line => `only there: ${line}`),
    ...without(here, there).map(line => `only here: ${line}`),
  ];
}
