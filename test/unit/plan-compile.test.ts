import { describe, expect, test } from 'vitest';
import { expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { reconcileLedgerJob } from '../../functions/reconcile-ledger/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { functionNames } from '../../shared/plan/functions.ts';
import type { Resource, Resources } from '../../shared/plan/template.ts';
import { classicTiers, type PlanText, planText, read, target } from './plan-builder.ts';

const compiled = (text?: PlanText, region = target.region) =>
  compilePlan(read(planText(text), region), { ...target, region }).resources;

// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
const properties = (resource: Resource | undefined): any => resource?.Properties;
const ofType = (resources: Resources, type: string) =>
  Object.entries(resources).filter(([, resource]) => resource.Type === type);
const inputOf = (resource: Resource | undefined) => JSON.parse(properties(resource).Target.Input) as object;

describe('A tier becomes a schedule', () => {
  test.each([
    ['BackupData3HourlySchedule', 'cron(20 0/3 * * ? *)', 'UTC', 3 * 3600],
    ['BackupDataDailySchedule', 'cron(35 3 * * ? *)', 'Europe/Berlin', 86_400],
    ['BackupDataWeeklySchedule', 'cron(45 3 ? * SUN *)', 'Europe/Berlin', 86_400],
    ['BackupDataMonthlySchedule', 'cron(55 3 1 * ? *)', 'Europe/Berlin', 86_400],
  ])('%s: %s in %s, retried for %i seconds', (id, expression, zone, seconds) => {
    const schedule = properties(compiled()[id]);
    expect(schedule).toMatchObject({
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: zone,
      State: 'ENABLED',
      FlexibleTimeWindow: { Mode: 'OFF' },
      GroupName: { Ref: 'ScheduleGroup' },
    });
    expect(schedule.Target).toMatchObject({
      Arn: { 'Fn::GetAtt': ['TakeDashsnapshotsLambdaFunction', 'Arn'] },
      RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['TakeSnapshotsDeadLetters', 'Arn'] } },
      RetryPolicy: { MaximumEventAgeInSeconds: seconds },
    });
  });

  test('whose job is the whole appointment', () => {
    expect(inputOf(compiled()['BackupDataMonthlySchedule'])).toEqual({
      backup: 'data',
      volumes: { tags: { Backup: ['data'] } },
      tier: 'monthly',
      keep: '1 year',
      every: '1 month',
      scheduledTime: '<aws.scheduler.scheduled-time>',
    });
  });

  test.each([
    ['hour', 'cron(7 * * * ? *)'],
    ['1 hour', 'cron(7 * * * ? *)'],
    ['24 hours', 'cron(7 0 * * ? *)'],
  ])('every %s', (every, expression) => {
    const resources = compiled({ tiers: [`- { name: x, every: ${every}, minute: 7, keep: 24 hours }`] });
    expect(properties(resources['BackupDataXSchedule']).ScheduleExpression).toBe(expression);
  });
});

test('every job in a schedule is one that its function takes', () => {
  const jobs = {
    TakeDashsnapshotsLambdaFunction: takeSnapshotsJob,
    ExpireDashbackupsLambdaFunction: expireBackupsJob,
    ReconcileDashledgerLambdaFunction: reconcileLedgerJob,
  };
  const schedules = ofType(compiled(), 'AWS::Scheduler::Schedule');
  expect(schedules).toHaveLength(6);
  for (const [, schedule] of schedules) {
    const { Arn, Input } = properties(schedule).Target;
    const input = (Input as string).replace('<aws.scheduler.scheduled-time>', '2026-11-21T02:35:00Z');
    const job = jobs[Arn['Fn::GetAtt'][0] as keyof typeof jobs];
    expect(job.safeParse(JSON.parse(input)).error).toBeUndefined();
  }
});

test('expiry and the ledger have hourly schedules of their own, which say what the plan says', () => {
  const resources = compiled({
    head: ['maxDeleteShare: 0.25', 'keepOfGoneSources: 2', 'timezone: Europe/Berlin'],
  });
  expect(inputOf(resources['ExpireBackupsSchedule'])).toEqual({ maxDeleteShare: 0.25, keepOfGoneSources: 2 });
  expect(inputOf(resources['ReconcileLedgerSchedule'])).toEqual({
    backups: [
      {
        backup: 'data',
        volumes: { tags: { Backup: ['data'] } },
        tiers: {
          '3-hourly': { keep: '24 hours' },
          daily: { keep: '7 days' },
          weekly: { keep: '1 month', starts: { every: 'week', on: 'sunday', at: '03:45' } },
          monthly: { keep: '1 year', starts: { every: 'month', on: 1, at: '03:55' } },
        },
      },
    ],
    timezone: 'Europe/Berlin',
    keepOfGoneSources: 2,
  });
});

describe('A tier that is inserted', () => {
  const inserted = '- { name: fortnightly, every: week, on: monday, at: "04:35", keep: 1 year }';

  test.each([0, 1, 2, 3, 4])(
    'at place %i changes no other resource but the job that knows the whole plan',
    (place) => {
      const before = compiled();
      const tiers = classicTiers.toSpliced(place, 0, inserted);
      const {
        BackupDataFortnightlySchedule,
        BackupDataFortnightlyAgeAlarm,
        ReconcileLedgerSchedule,
        ...others
      } = compiled({ tiers });
      const { ReconcileLedgerSchedule: formerReconcile, ...formerOthers } = before;
      expect(others).toEqual(formerOthers);
      expect(BackupDataFortnightlySchedule?.Type).toBe('AWS::Scheduler::Schedule');
      expect(BackupDataFortnightlyAgeAlarm?.Type).toBe('AWS::CloudWatch::Alarm');

      // And of that one only what says how long the new tier is kept.
      const { Target: now, ...rest } = properties(ReconcileLedgerSchedule);
      const { Target: former, ...formerRest } = properties(formerReconcile);
      expect(rest).toEqual(formerRest);
      expect({ ...now, Input: '' }).toEqual({ ...former, Input: '' });
      const [formerBackup] = JSON.parse(former.Input).backups;
      expect(JSON.parse(now.Input).backups).toEqual([
        {
          ...formerBackup,
          tiers: {
            ...formerBackup.tiers,
            fortnightly: { keep: '1 year', starts: { every: 'week', on: 'monday', at: '04:35' } },
          },
        },
      ]);
    },
  );

  test('moves nothing when tiers change places', () => {
    const reversed = compiled({ tiers: classicTiers.toReversed() });
    expect({ ...reversed, ReconcileLedgerSchedule: undefined }).toEqual({
      ...compiled(),
      ReconcileLedgerSchedule: undefined,
    });
  });
});

describe('Alarms', () => {
  test.each([
    ['every: 3 hours', 7],
    ['every: day, at: "03:35"', 49],
    ['every: week, on: sunday, at: "03:35"', 168 + 25],
    ['every: month, on: 1, at: "03:35"', 31 * 24 + 25],
    ['every: 3 hours, alarmAfter: 10 hours', 10],
    ['every: 3 hours, alarmAfter: 1 month', 31 * 24],
  ])('ring when the newest backup of a tier with "%s" is older than %i hours', (keys, hours) => {
    const tier = `- { name: some-tier, keep: 1 month, ${keys} }`;
    const alarm = properties(compiled({ tiers: [tier] })['BackupDataSomeTierAgeAlarm']);
    expect(alarm).toMatchObject({
      AlarmName: 'groundskeeper-dev-data-some-tier-age',
      Namespace: 'Groundskeeper',
      MetricName: 'NewestBackupAgeHours',
      Dimensions: [
        { Name: 'owner', Value: 'groundskeeper-dev' },
        { Name: 'backup', Value: 'data' },
        { Name: 'tier', Value: 'some-tier' },
      ],
      Threshold: hours,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('are one a tier, so that none hides behind another', () => {
    const ids = ofType(compiled(), 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(ids.filter((id) => id.endsWith('AgeAlarm'))).toEqual([
      'BackupData3HourlyAgeAlarm',
      'BackupDataDailyAgeAlarm',
      'BackupDataWeeklyAgeAlarm',
      'BackupDataMonthlyAgeAlarm',
    ]);
  });

  test('ring in silence, but not for one hour that was missed', () => {
    const { EvaluationPeriods, DatapointsToAlarm, Period } = properties(
      compiled()['BackupDataDailyAgeAlarm'],
    );
    expect({ EvaluationPeriods, DatapointsToAlarm, Period }).toEqual({
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      Period: 3600,
    });
  });

  const alarms = classicTiers.length + 2 * functionNames.length;
  const allActions = (resources: Resources) =>
    ofType(resources, 'AWS::CloudWatch::Alarm').map(([, alarm]) => properties(alarm).AlarmActions);

  test('all tell the topic of an address', () => {
    const resources = compiled({ head: ['notify: ops@example.com'] });
    expect(allActions(resources)).toEqual(Array(alarms).fill([{ Ref: 'NotifyTopic' }]));
    expect(properties(resources['NotifySubscription'])).toEqual({
      TopicArn: { Ref: 'NotifyTopic' },
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  test('all tell a topic that exists, and make none', () => {
    const arn = 'arn:aws:sns:us-east-1:123456789012:on-call';
    const resources = compiled({ head: [`notify: ${arn}`] });
    expect(allActions(resources)).toEqual(Array(alarms).fill([arn]));
    expect(ofType(resources, 'AWS::SNS::Topic')).toEqual([]);
  });

  test('tell nobody if the plan names nobody', () => {
    expect(allActions(compiled())).toEqual(Array(alarms).fill([]));
  });
});

describe('The ledger', () => {
  test('is a table that outlives the stack, with the name of its owner', () => {
    const table = compiled({ head: ['ledger: dynamodb'] })['LedgerTable'];
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(properties(table)).toMatchObject({
      TableName: 'groundskeeper-dev',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  test('is no resource if it is a SimpleDB domain', () => {
    expect(compiled()['LedgerTable']).toBeUndefined();
  });
});

test('no text in the template names a partition', () => {
  expect(JSON.stringify(compiled({ head: ['ledger: dynamodb', 'notify: ops@example.com'] }))).not.toContain(
    'arn:aws',
  );
});

test('two stages share no name', () => {
  const plan = read(planText());
  const names = (stage: string) =>
    Object.values(compilePlan(plan, { ...target, stage }).resources).flatMap((resource) => {
      const { AlarmName, TableName, Name } = properties(resource);
      return [
        AlarmName,
        TableName,
        resource.Type === 'AWS::Scheduler::ScheduleGroup' ? Name : undefined,
      ].filter(Boolean);
    });
  expect(names('dev').filter((name) => names('prod').includes(name))).toEqual([]);
});
