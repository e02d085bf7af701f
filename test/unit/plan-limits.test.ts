import { describe, expect, test } from 'vitest';
import { limitMistakes } from '../../shared/plan/limits.ts';
import { planText, read, target } from './plan-builder.ts';

const day = (name: string, hour: number) =>
  `- { name: ${name}, every: day, at: "${String(hour).padStart(2, '0')}:35", keep: 7 days }`;

/** A plan of so many backups, each with its tiers. */
const planOf = (backups: number, tiers: number, volumes: string) =>
  read(
    JSON.stringify({
      backups: Array.from({ length: backups }, (_, backup) => ({
        name: `b${backup}`,
        volumes: JSON.parse(volumes),
        tiers: Array.from({ length: tiers }, (_, tier) => ({
          name: `t${tier}`,
          every: 'day',
          at: `${String(tier).padStart(2, '0')}:35`,
          keep: '7 days',
        })),
      })),
    }),
  );

const byTag = '{ "tags": { "Backup": "data" } }';
const ids = (count: number) =>
  JSON.stringify({
    ids: Array.from({ length: count }, (_, index) => `vol-${String(index).padStart(17, '0')}`),
  });
const shipped = read(planText());

describe('The name of the owner', () => {
  const stage = (length: number) => 'x'.repeat(length - 'groundskeeper-'.length);

  test('may have the 46 characters that leave room for the longest function', () => {
    expect(limitMistakes(shipped, { ...target, stage: stage(46) })).toEqual([]);
  });

  test('may not have one more', () => {
    const owner = `groundskeeper-${stage(47)}`;
    expect(limitMistakes(shipped, { ...target, stage: stage(47) })).toEqual([
      `"${owner}" (service and stage) has 47 characters; expected 46 at most, since AWS Lambda takes 64 with a function's name after it: shorten \`service\` in serverless.yml or the stage`,
    ]);
  });
});

describe('A job', () => {
  test("of a tier may not be larger than EventBridge Scheduler's 256 KB", () => {
    const values = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(256, 'x'));
    const tags = JSON.stringify(Object.fromEntries([1, 2, 3, 4, 5, 6].map((key) => [`k${key}`, values])));
    const plan = read(planText({ volumes: `{ tags: ${tags} }`, tiers: [day('daily', 3)] }));
    const [tier, reconcile] = limitMistakes(plan, target);
    expect(tier).toMatch(
      /^the job of the schedule data\.daily has 3\d{5} bytes; expected 262144 at most, which is what EventBridge Scheduler takes: choose by fewer tags, values or ids$/,
    );
    expect(reconcile).toMatch(/^the job of the schedule reconcile-ledger has 3\d{5} bytes/);
  });

  test('of reconcile-ledger may not either: it names the volumes of all backups', () => {
    expect(limitMistakes(planOf(50, 1, ids(200)), target)).toEqual([]);
    expect(limitMistakes(planOf(60, 1, ids(200)), target)).toEqual([
      expect.stringMatching(
        /^the job of the schedule reconcile-ledger has \d{6} bytes; expected 262144 at most, .*: it names the sources of every backup, so choose them by tag in place of ids, or give some backups to another service$/,
      ),
    ]);
  });
});

describe('Sites', () => {
  const sites = (count: number, more: object = {}) =>
    read(
      JSON.stringify({
        sites: Array.from({ length: count }, (_, index) => ({ name: `s${index}`, ...more })),
      }),
    );

  test('may not be more than the policy of their role has room for', () => {
    expect(limitMistakes(sites(19), target)).toEqual([]);
    expect(limitMistakes(sites(20), target)).toEqual([
      expect.stringMatching(
        /^the policy of SyncAssetsRole has 10\d{3} characters; expected 10240 at most, which is what IAM takes: it names every site, so give some sites to another service, with a plan of its own$/,
      ),
    ]);
  });

  test('may not say more than an event rule has room for', () => {
    const exclude = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(200, 'x'));
    expect(limitMistakes(sites(1, { exclude }), target)).toEqual([
      expect.stringMatching(
        /^the job of sync-assets for the site s0 has 8\d{3} characters in an event rule; expected 8192 at most, which is what EventBridge takes: say more with fewer globs and rules of headers$/,
      ),
    ]);
  });

  test('may not have releases under a prefix that makes their rule too long', () => {
    const prefix = `${'\\'.repeat(511)}/`;
    expect(limitMistakes(sites(1, { releases: { prefix } }), target)).toEqual([
      expect.stringMatching(
        /^the pattern of the rule SiteS0ReleasesRule has \d{4} characters; expected 2048 at most, which is what EventBridge takes: choose a shorter prefix for the releases$/,
      ),
    ]);
  });
});

describe('The stack', () => {
  test('may not have more than 500 resources', () => {
    expect(limitMistakes(planOf(42, 5, byTag), target)).toEqual([]);
    expect(limitMistakes(planOf(43, 5, byTag), target)).toEqual([
      expect.stringMatching(
        /^the plan becomes 5[01]\d resources; expected 500 at most, which is what CloudFormation takes \(two a tier, \d\d besides\): give some backups to another service, with a plan of its own$/,
      ),
    ]);
  });

  test('may not have a template of more than 1 MB', () => {
    expect(limitMistakes(planOf(42, 5, ids(200)), target)).toEqual([
      expect.stringMatching(
        /^the plan becomes a template of \d{7} bytes; expected 1048576 at most, which is what CloudFormation takes: choose by tag/,
      ),
    ]);
  });
});

describe('Groups', () => {
  const policy = (alarm: string) => ({ step: { alarm, steps: [{ change: 1 }] } });
  const group = (index: number, more: object) => ({
    name: `g${index}`,
    autoScalingGroup: `g${index}`.padEnd(200, 'x'),
    minimum: 0,
    maximum: 9,
    ...more,
  });
  const groups = (count: number, more: object = {}) =>
    read(JSON.stringify({ groups: Array.from({ length: count }, (_, index) => group(index, more)) }));

  test('may not be more than the policy of their role has room for', () => {
    expect(limitMistakes(groups(20), target)).toEqual([]);
    expect(limitMistakes(groups(40), target)).toEqual([
      expect.stringMatching(
        /^the policy of ScaleGroupRole has 1\d{4} characters; expected 10240 at most, which is what IAM takes: it names every group, so give some groups to another service, with a plan of its own$/,
      ),
    ]);
  });

  test('may not follow more alarms than the pattern of a rule has room for', () => {
    const policies = Array.from({ length: 9 }, (_, index) => policy(`${index}`.padEnd(250, 'x')));
    expect(limitMistakes(groups(1, { policies }), target)).toEqual([
      expect.stringMatching(
        /^the pattern of the rule GroupG0AlarmRule has \d{4} characters; expected 2048 at most, which is what EventBridge takes: follow fewer alarms, or alarms with shorter names$/,
      ),
    ]);
  });

  test('may not say more than an event rule has room for', () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({
      ...(index > 0 && { lowerBound: index * 10_000_000 }),
      ...(index < 19 && { upperBound: (index + 1) * 10_000_000 }),
      change: 1,
    }));
    const policies = Array.from({ length: 9 }, (_, index) => ({ step: { alarm: `a${index}`, steps } }));
    expect(limitMistakes(groups(1, { policies }), target)).toEqual([
      expect.stringMatching(
        /^the job of scale-group for the group g0 has \d+ characters in an event rule; expected 8192 at most, which is what EventBridge takes: say it with fewer policies, steps and entries of the schedule$/,
      ),
    ]);
  });
});
