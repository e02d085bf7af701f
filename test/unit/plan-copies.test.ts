/** Copies, from the plan to the jobs, the rules and the alarms. */
import { describe, expect, test } from 'vitest';
import { copyBackupsJob } from '../../functions/copy-backups/job.ts';
import { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { describePlan } from '../../shared/plan/describe.ts';
import { eventRulesOf, inputTemplateOf } from '../../shared/plan/event-rules.ts';
import { limitMistakes } from '../../shared/plan/limits.ts';
import { schedulesOf } from '../../shared/plan/schedules.ts';
import type { Resource } from '../../shared/plan/template.ts';
import { mistakesOf, now, planText, read, target } from './plan-builder.ts';

const copied = planText({
  more: [
    'copies:',
    '  - { region: eu-west-1, kmsKey: alias/backups, keep: { daily: 14 days, monthly: 2 years } }',
    '  - { region: eu-north-1, keep: { monthly: 1 month } }',
  ],
});
const plan = read(copied);
const { resources } = compilePlan(plan, target);
const jobOf = (name: string) => schedulesOf(plan).find((schedule) => schedule.name === name)?.job;
// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
const properties = (resource: Resource | undefined): any => resource?.Properties;

const copyJob = {
  copies: [
    {
      backup: 'data',
      region: 'eu-west-1',
      kmsKey: 'alias/backups',
      keep: { daily: '14 days', monthly: '2 years' },
    },
    { backup: 'data', region: 'eu-north-1', keep: { monthly: '1 month' } },
  ],
};

describe('Copies in the plan', () => {
  test.each([
    ['data.3-hourly', undefined],
    ['data.daily', ['eu-west-1']],
    ['data.weekly', undefined],
    ['data.monthly', ['eu-west-1', 'eu-north-1']],
  ])('are asked for from the creation on of what %s takes: %j', (name, regions) => {
    const job = { ...jobOf(name), scheduledTime: '2026-11-21T02:35:00Z' };
    expect(takeSnapshotsJob.parse(job).copies).toEqual(regions ?? []);
    expect((job as { copies?: string[] }).copies).toEqual(regions);
  });

  test('have a schedule that looks after them every ten minutes', () => {
    expect(jobOf('copy-backups')).toEqual(copyJob);
    expect(copyBackupsJob.safeParse(copyJob)).toMatchObject({ success: true });
    expect(properties(resources['CopyBackupsSchedule'])).toMatchObject({
      ScheduleExpression: 'cron(5/10 * * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      Target: {
        Arn: { 'Fn::GetAtt': ['CopyDashbackupsLambdaFunction', 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 600 },
      },
    });
  });

  test('tell the other functions their regions', () => {
    const regions = ['eu-north-1', 'eu-west-1'];
    expect(jobOf('expire-backups')).toMatchObject({ regions });
    expect(expireBackupsJob.safeParse(jobOf('expire-backups'))).toMatchObject({ success: true });
    expect(jobOf('reconcile-ledger')).toMatchObject({ regions });
  });

  test('have alarms on those that fail for good and on those that never come, silence included', () => {
    const Dimensions = [{ Name: 'owner', Value: 'groundskeeper-dev' }];
    expect(properties(resources['CopiesFailedAlarm'])).toMatchObject({
      AlarmName: 'groundskeeper-dev-copies-failed',
      MetricName: 'CopiesFailed',
      Dimensions,
      Threshold: 0,
    });
    expect(properties(resources['CopiesLateAlarm'])).toMatchObject({
      AlarmName: 'groundskeeper-dev-copies-late',
      MetricName: 'OldestAwaitedCopyHours',
      Dimensions,
      Threshold: 24,
      TreatMissingData: 'breaching',
    });
  });

  test('are counted by region in what `npm run plan` says', () => {
    const text = describePlan(plan, target, now).replaceAll(/ +/g, ' ');
    expect(text).toContain('\n eu-west-1 daily 14 days 14\n eu-west-1 monthly 2 years 24\n eu-west-1 all 38');
    expect(text).toContain('\n eu-north-1 monthly 1 month 1\n eu-north-1 all 1');
    expect(text).toContain('copy-backups copy-backups every 10 minutes from 00:05 UTC');
    expect(text).toContain('CopyCompletedSnapshotRule copy-backups EBS Snapshot Notification');
    expect(text).toContain('copies: one has failed for good');
  });

  test('that are none leave no trace but the function', () => {
    const none = compilePlan(read(planText()), target).resources;
    const traces = Object.keys(none).filter((id) => id.startsWith('Cop') && !id.startsWith('CopyBackups'));
    expect(traces).toEqual([]);
    expect(none['CopyBackupsSchedule']).toBeUndefined();
    expect(Object.values(none).filter(({ Type }) => Type === 'AWS::Events::Rule')).toEqual([]);
  });
});

const rulesFor = (subject: string, copies = 'copies: [{ region: eu-west-1, keep: { daily: 7 days } }]') =>
  eventRulesOf(
    read(
      planText({
        subject,
        more: [copies],
        tiers: ['- { name: daily, every: day, at: "03:35", keep: 7 days }'],
      }),
    ),
    target,
  );

describe('The events that start copies', () => {
  test.each([
    ['volumes: { tags: { A: b } }', ['EBS Snapshot Notification']],
    ['instances: { tags: { A: b } }', ['EBS Multi-Volume Snapshots Completion Status']],
    ['databases: { instances: [orders] }', ['RDS DB Snapshot Event']],
    ['databases: { clusters: [ledger] }', ['RDS DB Cluster Snapshot Event']],
    ['databases: { tags: { A: b } }', ['RDS DB Snapshot Event', 'RDS DB Cluster Snapshot Event']],
  ])('of %s are the completions of what it makes', (subject, types) => {
    expect(rulesFor(subject).flatMap(({ pattern }) => pattern['detail-type'])).toEqual(types);
  });

  test('carry the job of the schedule, with the whole event beside it', () => {
    const [rule] = eventRulesOf(plan, target);
    const event = { detail: { snapshot_id: 'arn:aws:ec2::us-east-1:snapshot/snap-01234567' } };
    const sent =
      rule && inputTemplateOf(rule).replace('<aws.events.event.json>', () => JSON.stringify(event));
    expect(JSON.parse(sent ?? '')).toEqual({ job: copyJob, event });
    // EventBridge does not escape what it puts in place of another variable.
    expect(sent).not.toMatch(/<aws\./);
  });

  test('may start the function, and what cannot be delivered is kept', () => {
    const rule = properties(resources['CopyCompletedSnapshotRule']);
    const deadLetters = { 'Fn::GetAtt': ['CopyBackupsDeadLetters', 'Arn'] };
    expect(rule.Targets).toMatchObject([
      {
        Arn: { 'Fn::GetAtt': ['CopyDashbackupsLambdaFunction', 'Arn'] },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600 },
        DeadLetterConfig: { Arn: deadLetters },
      },
    ]);
    expect(properties(resources['CopyCompletedSnapshotRulePermission'])).toMatchObject({
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['CopyCompletedSnapshotRule', 'Arn'] },
    });
    const [statement] = properties(resources['CopyBackupsDeadLettersPolicy']).PolicyDocument.Statement;
    expect(statement).toMatchObject({
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: deadLetters,
      Condition: {
        ArnEquals: { 'aws:SourceArn': [{ 'Fn::GetAtt': ['CopyCompletedSnapshotRule', 'Arn'] }] },
      },
    });
  });

  test('may not carry a job that is longer than EventBridge takes', () => {
    const many = read(
      JSON.stringify({
        backups: Array.from({ length: 50 }, (_, index) => ({
          name: `b${index}`,
          volumes: { tags: { A: 'b' } },
          tiers: [{ name: 'daily', every: 'day', at: '03:35', keep: '7 days' }],
          copies: ['eu-west-1', 'eu-north-1', 'eu-west-2'].map((region) => ({
            region,
            keep: { daily: '7 days' },
          })),
        })),
      }),
    );
    expect(limitMistakes(many, target)).toEqual([
      expect.stringMatching(
        /^the job of copy-backups has \d{4,5} characters in an event rule; expected 8192 at most, which is what EventBridge takes: it names every copy of every backup, so copy fewer, or give some backups to another service$/,
      ),
    ]);
  });
});

const refused: [string, string, string][] = [
  [
    'to the region of the backups',
    '[{ region: us-east-1, keep: { daily: 7 days } }]',
    '5:24 backups[0].copies[0].region: "us-east-1" is where the backups are; expected another region',
  ],
  [
    'to one region twice',
    '[{ region: eu-west-1, keep: { daily: 7 days } }, { region: eu-west-1, keep: { weekly: 1 month } }]',
    '5:72 backups[0].copies[1].region: "eu-west-1" is the region of another copy; expected each region once',
  ],
  [
    'to what is no region',
    '[{ region: Ireland, keep: { daily: 7 days } }]',
    '5:24 backups[0].copies[0].region: "Ireland" is not valid; expected a region such as "eu-west-1"',
  ],
  [
    'to a mistyped region, without a word on its key',
    '[{ region: eu-wset-3, kmsKey: "arn:aws:kms:eu-west-3:123456789012:alias/backups", keep: { daily: 7 days } }]',
    '5:24 backups[0].copies[0].region: "eu-wset-3" is not a region of AWS; did you mean "eu-west-3"? One that is newer belongs into shared/plan/regions.ts',
  ],
  [
    'to more regions than a backup can name',
    `[${[1, 2, 3, 4, 5, 6].map((n) => `{ region: ap-southeast-${n}, keep: { daily: 7 days } }`).join(', ')}]`,
    '5:13 backups[0].copies: [{"region":"ap-southeast-1","keep":{"daily":"7 days"}},{"... is too long; expected 5 regions at most',
  ],
  ['to nowhere', '[]', '5:13 backups[0].copies: [] names no region; expected at least one'],
  [
    'of no tier',
    '[{ region: eu-west-1, keep: {} }]',
    '5:41 backups[0].copies[0].keep: {} copies nothing; expected at least one tier, such as "daily: 7 days"',
  ],
  [
    'of everything alike',
    '[{ region: eu-west-1, keep: 7 days }]',
    '5:41 backups[0].copies[0].keep: "7 days" does not say what is copied; expected tiers and durations',
  ],
  [
    'of a tier that is not there',
    '[{ region: eu-west-1, keep: { dayly: 7 days } }]',
    '5:43 backups[0].copies[0].keep.dayly: is not a tier of this backup; did you mean "daily"? expected one of 3-hourly, daily, weekly, monthly',
  ],
  [
    'kept for what is no duration',
    '[{ region: eu-west-1, keep: { daily: 7 dais } }]',
    '5:50 backups[0].copies[0].keep.daily: "7 dais" is not a duration; expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"',
  ],
  [
    'that end before the next one is made',
    '[{ region: eu-west-1, keep: { weekly: 6 days } }]',
    '5:51 backups[0].copies[0].keep.weekly: "6 days" ends before the next one is taken; expected at least "1 week"',
  ],
  [
    'with a key of another region',
    '[{ region: eu-west-1, kmsKey: "arn:aws:kms:us-east-1:123456789012:alias/backups", keep: { daily: 7 days } }]',
    '5:43 backups[0].copies[0].kmsKey: the key is in us-east-1; expected one in eu-west-1, where the copies are',
  ],
  [
    'with an ARN that is no key',
    '[{ region: eu-west-1, kmsKey: "arn:aws:kms:eu-west-1:1234:key/backups", keep: { daily: 7 days } }]',
    '5:43 backups[0].copies[0].kmsKey: "arn:aws:kms:eu-west-1:1234:key/backups" is not the ARN of a key of KMS; expected one such as arn:aws:kms:eu-west-3:123456789012:alias/backups, or :key/ and its id',
  ],
  [
    'with what is no key',
    '[{ region: eu-west-1, kmsKey: backups, keep: { daily: 7 days } }]',
    '5:43 backups[0].copies[0].kmsKey: "backups" is not a key of KMS; expected its ARN, its id, or an alias such as alias/backups, of the region that is copied to',
  ],
  [
    'with a misspelt key',
    '[{ region: eu-west-1, kmskey: alias/backups, keep: { daily: 7 days } }]',
    '5:35 backups[0].copies[0].kmskey: is not a key that is known here; did you mean "kmsKey"? expected one of region, kmsKey, keep',
  ],
];

describe('A plan is refused for copies', () => {
  test.each(refused)('%s', (_, copies, message) => {
    expect(mistakesOf(planText({ more: [`copies: ${copies}`] }))).toBe(`groundskeeper.yml:${message}`);
  });
});

test.each([
  'alias/backups',
  '1234abcd-12ab-34cd-56ef-1234567890ab',
  'mrk-1234abcd12ab34cd56ef1234567890ab',
  'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
])('The key of a copy may be %s', (kmsKey) => {
  const copies = `copies: [{ region: eu-west-1, kmsKey: "${kmsKey}", keep: { daily: 7 days } }]`;
  expect(mistakesOf(planText({ more: [copies] }))).toBe('no mistake');
});
