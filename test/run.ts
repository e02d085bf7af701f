/**
 * `npm test`: the checks, then all tests. It goes on after a failure, so that one run shows
 * everything, and ends with the line `N passed, N failed`; a check counts as one test.
 * `npm test -- test/unit/slot` runs the checks and those files.
 */
import { spawnSync } from 'node:child_process';
import { startVitest, type TestModule, type Vitest } from 'vitest/node';

const checks = ['lint', 'types', 'unused'];

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

function runChecks(count: Count): void {
  for (const check of checks) {
    console.log(`\n── npm run ${check}`);
    const { status } = spawnSync('npm', ['run', '--silent', check], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status === 0) count.passed += 1;
    else count.failed += 1;
    console.log(status === 0 ? `${check}: passed` : `${check}: FAILED`);
  }
}

function countModule(module: TestModule, count: Count): void {
  const failedBefore = count.failed;
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    count[state === 'pending' ? 'skipped' : state] += 1;
  }
  // A file that does not load, and a hook that throws, fail without a failed test.
  count.failed += module.errors().length;
  for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
  if (!module.ok() && count.failed === failedBefore) count.failed += 1;
}

function countTests(vitest: Vitest, count: Count): void {
  const modules = vitest.state.getTestModules();
  for (const module of modules) countModule(module, count);
  count.failed += vitest.state.getUnhandledErrors().length;
  if (modules.length === 0) count.failed += 1; // no tests found is never a success
}

const count: Count = { passed: 0, failed: 0, skipped: 0 };
runChecks(count);
console.log('\n── vitest');
const vitest = await startVitest('test', process.argv.slice(2), {
  config: 'test/vitest.config.ts',
  watch: false,
  run: true,
});
countTests(vitest, count);
await vitest.close();
if (count.skipped > 0) console.log(`${count.skipped} skipped`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exit(count.failed === 0 ? 0 : 1);
