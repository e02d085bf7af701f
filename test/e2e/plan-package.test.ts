/** A wrong plan stops the real `serverless package`; offline, with no account behind it. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyService, type ServiceCopy } from './package.ts';

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

let service: ServiceCopy;

beforeEach(() => {
  service = copyService();
});

afterEach(() => service.remove());

/** What a person sees, and how it ended. */
async function packaged(...parameters: string[]) {
  const { code, stdout, stderr } = await service.serverless(['package', ...parameters]);
  return { code, output: stdout + stderr };
}

test('a mistake stops `serverless package` with one message, said once, without a stack, exit code 1', async () => {
  service.writePlan(wrong);
  const { code, output } = await packaged('--region', 'us-east-1');
  expect(code).toBe(1);
  expect(output).toContain(`Error:\n${mistake}\n`);
  expect(output.match(/groundskeeper\.yml/g)).toHaveLength(1);
  expect(output).not.toMatch(/^\s+at /m);
});

test('a region without SimpleDB stops it too', async () => {
  service.writePlan(right);
  const { code, output } = await packaged('--stage', 'prod', '--region', 'eu-central-1');
  expect(code).toBe(1);
  expect(output).toContain('ledger: SimpleDB is not in eu-central-1; expected `ledger: dynamodb`');
});

test('a plan that is not there is a mistake as well', async () => {
  rmSync(join(service.folder, 'groundskeeper.yml'));
  const { code, output } = await packaged('--region', 'us-east-1');
  expect(code).toBe(1);
  expect(output).toContain('groundskeeper.yml cannot be read (ENOENT); expected it beside serverless.yml');
  expect(output).not.toMatch(/^\s+at /m);
});

function shown(...parameters: string[]) {
  const tsx = resolve('node_modules/tsx/dist/cli.mjs');
  const env = { PATH: process.env['PATH'] };
  const command = [tsx, 'shared/plan/cli.ts', ...parameters];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: service.folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

test('`npm run plan` says the same, with the same exit code', () => {
  service.writePlan(wrong);
  expect(shown()).toEqual({ code: 1, output: `${mistake}\n` });
});

test('`npm run plan` shows a plan that is right', () => {
  service.writePlan(right);
  const { code, output } = shown('--stage', 'prod');
  expect(code).toBe(0);
  expect(output).toContain('groundskeeper-prod in us-east-1; the ledger is a SimpleDB domain.');
  expect(output).toMatch(/data\.daily +take-snapshots +every day at 03:35 UTC/);
});
