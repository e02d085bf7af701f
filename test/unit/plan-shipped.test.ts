/** The plan that ships: what it does as it is, and that its examples are right. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePlan } from '../../shared/plan/compile.ts';
import { limitMistakes } from '../../shared/plan/limits.ts';
import { mistakesOf, read, target, withExamples } from './plan-builder.ts';

const shipped = readFileSync('groundskeeper.yml', 'utf8');
const whole = withExamples(shipped);

test('The plan that ships backs up volumes alone, copies nothing, and has no site and no group', () => {
  expect(read(shipped).backups.map(({ name, subject, copies }) => [name, subject.kind, copies])).toEqual([
    ['data', 'volumes', []],
  ]);
  expect(read(shipped).sites).toEqual([]);
  expect(read(shipped).groups).toEqual([]);
});

test('Its examples, taken out of their comments, are a plan with every kind, with copies, sites and groups', () => {
  expect(mistakesOf(whole)).toBe('no mistake');
  const plan = read(whole);
  expect(plan.backups.map(({ name, subject }) => [name, subject.kind])).toEqual([
    ['data', 'volumes'],
    ['shop', 'instances'],
    ['orders', 'databases'],
    ['machine', 'images'],
  ]);
  expect(plan.backups[0]?.copies.map(({ region }) => region)).toEqual(['eu-west-3']);
  expect(plan.sites.map(({ name, bucket, cdn }) => [name, bucket, cdn.kind])).toEqual([
    ['www', undefined, 'made'],
    ['blog', 'blog-example-com', 'own'],
  ]);
  expect(
    plan.groups.map(({ name, autoScalingGroup, instances }) => [name, autoScalingGroup, instances?.tags]),
  ).toEqual([
    ['web', 'web', undefined],
    ['workers', undefined, { Role: ['worker'] }],
  ]);
  expect(limitMistakes(plan, target)).toEqual([]);
});

test('Its examples of single keys say what holds without them, but for whom to notify', () => {
  const { backups, sites, groups } = read(shipped);
  expect(read(whole)).toMatchObject({ notify: 'ops@example.com' });
  expect({ ...read(whole), backups, sites, groups, notify: undefined }).toEqual(read(shipped));
});

test('Its examples add resources and change none but the jobs and roles that know the whole plan', () => {
  const before = compilePlan(read(shipped), target).resources;
  const after = compilePlan(read(whole.replace(/^notify:.*$/m, '')), target).resources;
  const changed = Object.keys(before).filter(
    (id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]),
  );
  expect(changed.sort()).toEqual([
    'BackupDataDailySchedule', // which asks for copies now
    'BackupDataMonthlySchedule',
    'ExpireBackupsSchedule',
    'InvalidateCdnRole', // which may do nothing without sites
    'ReconcileLedgerSchedule',
    'ScaleGroupRole', // and nothing without groups
    'SyncAssetsRole',
  ]);
});
