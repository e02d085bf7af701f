/** A wrong plan stops the real `serverless package`; offline, with no account behind it. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeWorkingCopy, type WorkingCopy } from '../sandbox/lambda/working-copy.ts';

const mistake =
  'groundskeeper.yml:6:55 backups[0].tiers[0].keep: "7 dais" is not a duration; expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"';
const wrong = `timezone: UTC
backups:
  - name: data
    volumes: { tags: { Backup: data } }
    tiers:
      - { name: daily, every: day, at: "03:35", keep: 7 dais }
`;
const right = wrong.replace('dais', 'days');

const copies: WorkingCopy[] = [];

afterEach(() => Promise.all(copies.splice(0).map((copy) => copy.remove())));

async function copyWith(plan: string): Promise<WorkingCopy> {
  const copy = await makeWorkingCopy(plan);
  copies.push(copy);
  return copy;
}

/** How `serverless package` ended, and what a person saw. */
async function packaged(copy: WorkingCopy, parameters: readonly string[] = [], region = 'us-east-1') {
  const nowhere = { endpoint: 'http://127.0.0.1:1', region }; // packaging asks AWS nothing
  const { exitCode, stdout, stderr } = await copy.serverless(['package', ...parameters], nowhere);
  return { exitCode, output: stdout + stderr };
}

test('a mistake stops `serverless package` with one message, said once, without a stack, exit code 1', async () => {
  const { exitCode, output } = await packaged(await copyWith(wrong));
  expect(exitCode).toBe(1);
  expect(output).toContain(`Error:\n${mistake}\n`);
  expect(output.match(/groundskeeper\.yml/g)).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at /m);
});

test.each([
  ['--region', ['--region', 'eu-central-1'], 'us-east-1'],
  ['AWS_REGION', [], 'eu-central-1'],
])('a region without SimpleDB stops it too, where %s names it', async (_title, parameters, region) => {
  const { exitCode, output } = await packaged(await copyWith(right), parameters, region);
  expect(exitCode).toBe(1);
  expect(output).toContain('ledger: SimpleDB is not in eu-central-1; expected `ledger: dynamodb`');
});

test('a plan that is not there is a mistake as well', async () => {
  const copy = await copyWith(right);
  rmSync(join(copy.folder, 'groundskeeper.yml'));
  const { exitCode, output } = await packaged(copy);
  expect(exitCode).toBe(1);
  expect(output).toContain('groundskeeper.yml cannot be read (ENOENT); expected it beside serverless.yml');
  expect(output).not.toMatch(/^\s+at /m);
});

test('a variable of Serverless in a tag value is refused, not filled in', async () => {
  const value = '${' + 'env:PATH}';
  const { exitCode, output } = await packaged(
    await copyWith(right.replace('Backup: data', `Backup: "${value}"`)),
  );
  expect(exitCode).toBe(1);
  expect(output).toContain(`groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: "${value}" has "$`);
  expect(output).not.toMatch(/^\s+at /m);
});

test('an owner whose functions would have names too long for Lambda stops it', async () => {
  const { exitCode, output } = await packaged(await copyWith(right), ['--stage', 'x'.repeat(40)]);
  expect(exitCode).toBe(1);
  expect(output).toContain('(service and stage) has 54 characters; expected 46 at most');
  expect(output).not.toMatch(/^\s+at /m);
});

test('an alias without its anchor is a mistake like others, for `npm run plan` too', async () => {
  const copy = await copyWith(right.replace('Backup: data', 'Backup: *nothing'));
  expect(shown(copy)).toEqual({
    exitCode: 1,
    output:
      'groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: "*nothing" names no anchor above it; expected "&nothing"\n',
  });
});

function shown({ folder }: WorkingCopy, ...parameters: string[]) {
  const command = [join('node_modules', 'tsx', 'dist', 'cli.mjs'), 'shared/plan/cli.ts', ...parameters];
  const env = { PATH: process.env['PATH'] };
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { exitCode: status, output: stdout + stderr };
}

test('`npm run plan` says the same, with the same exit code', async () => {
  expect(shown(await copyWith(wrong))).toEqual({ exitCode: 1, output: `${mistake}\n` });
});

test('`npm run plan` shows a plan that is right', async () => {
  const { exitCode, output } = shown(await copyWith(right), '--stage', 'prod');
  expect(exitCode).toBe(0);
  expect(output).toContain('groundskeeper-prod in us-east-1; the ledger is a SimpleDB domain.');
  expect(output).toMatch(/data\.daily +take-snapshots +every day at 03:35 UTC/);
});
