/**
 * Fails when no test ran: `node .ci/ran.mjs REPORT` reads what vitest's reporter json wrote. A test that is skipped has not run, and a
 * file of which all were skipped is named.
 */
import { readFileSync } from 'node:fs';

const { numPassedTests, numTotalTests, testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const idle = testResults.filter(({ assertionResults }) => assertionResults.every(({ status }) => status !== 'passed'));
console.log(`${numPassedTests} of ${numTotalTests} tests ran.`);
for (const { name } of idle) console.log(`No test ran of ${name}.`);
if (!(numPassedTests > 0) || idle.length > 0) {
  console.error(
    `Got ${numPassedTests} tests, and ${idle.length} files without any; expected some of each file to run.`,
  );
  process.exitCode = 1;
}
