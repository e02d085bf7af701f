/** What a group of the plan becomes: its tick, its moments, its alarms, its rule, and its rights. */
import { describe, expect, test } from 'vitest';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import { compilePlan } from '../../shared/plan/compile.ts';
import { describePlan } from '../../shared/plan/describe.ts';
import { eventRulesOf, inputTemplateOf } from '../../shared/plan/event-rules.ts';
import { limitMistakes } from '../../shared/plan/limits.ts';
import { statementsOf } from '../../shared/plan/roles.ts';
import { schedulesOf } from '../../shared/plan/schedules.ts';
import type { Resource } from '../../shared/plan/template.ts';
import { now, planText, read, target } from './plan-builder.ts';

const targetGroup = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/b/0123456789abcdef';

const web = `
  - name: web
    autoScalingGroup: web-asg
    minimum: 2
    maximum: 12
    policies:
      - step:
          alarm:
            name: cpu-high
            metric: { namespace: AWS/EC2, name: CPUUtilization, dimensions: { AutoScalingGroupName: web-asg } }
            above: 70
            minutes: 3
          steps: [{ upperBound: 15, change: 1 }, { lowerBound: 15, change: 3 }]
      - step: { alarm: web-cpu-low, steps: [{ change: -1 }] }
    schedule:
      - { days: [friday, monday], at: "07:30", minimum: 4 }
      - { days: [saturday], at: "07:30", minimum: 3 }
      - { at: "20:00", capacity: 2 }
    exceptDates: [2026-12-25]
`;

const batch = `
  - name: batch
    instances: { tags: { Role: batch, Stage: [live, trial] }, targetGroups: ["${targetGroup}"], loadBalancers: [old] }
    minimum: 0
    maximum: 3
    tick: 5 minutes
    policies:
      - backlog: { queue: jobs, secondsPerMessage: 1.5, acceptableSeconds: 300 }
      - target: { metric: { namespace: AWS/EC2, name: CPUUtilization, perInstance: true }, value: 50 }
`;

const planOf = (...groups: string[]) => read(`timezone: Europe/Berlin\ngroups:${groups.join('')}`);
const plan = planOf(web, batch);
const { resources } = compilePlan(plan, target);
// biome-ignore lint/suspicious/noExplicitAny: CloudFormation's properties are as free as JSON
const properties = (id: string): any => (resources[id] as Resource | undefined)?.Properties;
const groupIds = (text: object) => Object.keys(text).filter((id) => id.startsWith('Group'));

describe('A group', () => {
  test('becomes a tick, a schedule for each time of day, its alarms and a rule on them', () => {
    expect(groupIds(resources).sort()).toEqual([
      'GroupBatchTickSchedule',
      'GroupWebAlarmRule',
      'GroupWebAlarmRulePermission',
      'GroupWebAt0730Schedule',
      'GroupWebAt2000Schedule',
      'GroupWebCpuHighAlarm',
      'GroupWebTickSchedule',
    ]);
  });

  test('that is added leaves the others as they are', () => {
    const alone = compilePlan(planOf(batch), target).resources;
    for (const id of groupIds(alone)) expect(resources[id]).toEqual(alone[id]);
  });

  test('ticks in UTC, as often as it says, and a tick that was not delivered is worth no more than the next', () => {
    expect(properties('GroupWebTickSchedule')).toMatchObject({
      Name: 'group.web.tick',
      ScheduleExpression: 'cron(0/1 * * * ? *)',
      ScheduleExpressionTimezone: 'UTC',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60 } },
    });
    expect(properties('GroupBatchTickSchedule')).toMatchObject({
      ScheduleExpression: 'cron(0/5 * * * ? *)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 300 } },
    });
  });

  test("starts at the moments of its schedule in the plan's zone, once for all entries of a time", () => {
    expect(properties('GroupWebAt0730Schedule')).toMatchObject({
      Name: 'group.web.at-0730',
      ScheduleExpression: 'cron(30 7 ? * MON,FRI,SAT *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
    });
    expect(properties('GroupWebAt2000Schedule')).toMatchObject({
      ScheduleExpression: 'cron(0 20 ? * MON,TUE,WED,THU,FRI,SAT,SUN *)',
    });
  });

  test('has jobs that the function takes, which say everything', () => {
    const jobs = [...schedulesOf(plan), ...eventRulesOf(plan, target)]
      .filter(({ startsFunction }) => startsFunction === 'scale-group')
      .map(({ job }) => scaleGroupJob.parse(job));
    expect(jobs.map(({ group, cause }) => [group, cause])).toEqual([
      ['web', 'schedule'],
      ['web', 'schedule'],
      ['web', 'tick'],
      ['batch', 'tick'],
      ['web', 'hand'],
    ]);
    expect(jobs[0]).toMatchObject({
      autoScalingGroup: 'web-asg',
      minimum: 2,
      maximum: 12,
      timezone: 'Europe/Berlin',
      exceptDates: ['2026-12-25'],
      cooldown: { outSeconds: 60, inSeconds: 300 },
      policies: [{ kind: 'step', adjustment: 'ChangeInCapacity' }, { alarm: 'web-cpu-low' }],
    });
    expect(jobs[3]).toMatchObject({
      instances: {
        tags: { Role: ['batch'], Stage: ['live', 'trial'] },
        targetGroups: [targetGroup],
        loadBalancers: ['old'],
      },
      policies: [
        { kind: 'backlog', queue: 'jobs' },
        { kind: 'target', metric: { perInstance: true, statistic: 'Average' } },
      ],
    });
  });

  test('is within the limits of AWS, and can be read by a person', () => {
    expect(limitMistakes(plan, target)).toEqual([]);
    const text = describePlan(plan, target, now);
    expect(text).toContain('the instances of the Auto Scaling group web-asg, 2 to 12 of them');
    expect(text).toContain(
      'while groundskeeper-dev-web.cpu-high rings: ChangeInCapacity +1 (any to +15), +3 (+15 to any)',
    );
    expect(text).toContain('its alarm cpu-high rings when AWS/EC2 CPUUtilization is above 70 for 3 minutes');
    expect(text).toContain('from 07:30 on friday, monday: minimum 4');
    expect(text).toContain('works off jobs within 300 s, 1.5 s a message');
    expect(text).toMatch(/group\.web\.tick +scale-group +every minute/);
    expect(text).not.toContain('<');
    expect(text).toMatch(/group\.web\.at-0730 +scale-group +mon, fri, sat at 07:30 Europe\/Berlin/);
    expect(text).toContain('ec2:CreateTags, ec2:DeleteTags on instance/* only if');
    expect(text).toContain('{"aws:TagKeys":["groundskeeper:draining"]} and aws:TagKeys is there');
  });

  test('has jobs for a person that can be started by hand as they are', () => {
    const [, job = ''] = /^ {2}group\.web\.tick {2}(\{.*)$/m.exec(describePlan(plan, target, now)) ?? [];
    expect(scaleGroupJob.parse(JSON.parse(job)).policies).toMatchObject([
      { kind: 'step', alarm: 'groundskeeper-dev-web.cpu-high' },
      { kind: 'step', alarm: 'web-cpu-low' },
    ]);
  });
});

describe('An alarm', () => {
  test('that the plan writes is made, under a name that no other alarm of ours has', () => {
    expect(properties('GroupWebCpuHighAlarm')).toEqual({
      AlarmName: 'groundskeeper-dev-web.cpu-high',
      AlarmDescription: 'The group web scales while this rings.',
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'web-asg' }],
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 3,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 70,
      TreatMissingData: 'notBreaching',
    });
  });

  test('below a threshold of 0 rings below it', () => {
    const below = planOf(
      web.replace('above: 70', 'below: 0').replace(/steps: .*$/m, 'steps: [{ change: -1 }]'),
    );
    expect(compilePlan(below, target).resources['GroupWebCpuHighAlarm']?.Properties).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 0,
    });
  });

  test('without data neither grows a group nor shrinks it, unless the plan says what that means', () => {
    const silenceOf = (keys: string) =>
      compilePlan(
        planOf(web.replace('above: 70', keys).replace(/steps: .*$/m, 'steps: [{ change: 1 }]')),
        target,
      ).resources['GroupWebCpuHighAlarm']?.Properties?.['TreatMissingData'];
    expect(silenceOf('above: 70')).toBe('notBreaching');
    expect(silenceOf('below: 70')).toBe('missing');
    expect(silenceOf('below: 70\n            missing: breaching')).toBe('breaching');
  });

  test('starts the function when it begins to ring, made or named, with the event beside the job', () => {
    expect(properties('GroupWebAlarmRule').EventPattern).toEqual({
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { alarmName: [{ Ref: 'GroupWebCpuHighAlarm' }, 'web-cpu-low'], state: { value: ['ALARM'] } },
    });
    const [rule] = eventRulesOf(plan, target);
    const filled = inputTemplateOf(rule as NonNullable<typeof rule>).replace('<aws.events.event.json>', '{}');
    expect(JSON.parse(filled)).toMatchObject({
      event: {},
      job: { group: 'web', policies: [{ alarm: `\${GroupWebCpuHighAlarm}` }, { alarm: 'web-cpu-low' }] },
    });
  });
});

describe('The rights of scale-group', () => {
  const of = (action: string, text = plan) =>
    statementsOf('scale-group', text).filter(({ actions }) => actions.includes(action));

  test('are none without groups', () => {
    expect(statementsOf('scale-group', read(planText()))).toEqual([]);
  });

  test('reach the Auto Scaling groups of the plan, and no other', () => {
    expect(of('autoscaling:SetDesiredCapacity')).toMatchObject([
      { resources: [expect.stringMatching(/:autoScalingGroup:\*:autoScalingGroupName\/web-asg$/)] },
    ]);
    expect(of('autoscaling:SetDesiredCapacity', planOf(batch))).toEqual([]);
  });

  test('reach the instances with the tags of a group, all of them, and no others', () => {
    const cache = batch.replaceAll('batch', 'cache').replace(', Stage: [live, trial]', '');
    const text = planOf(web, batch, cache);
    expect(of('ec2:StopInstances', text).map(({ conditions }) => conditions)).toEqual([
      {
        StringEquals: {
          'aws:ResourceTag/Role': ['batch'],
          'aws:ResourceTag/Stage': ['live', 'trial'],
        },
      },
      { StringEquals: { 'aws:ResourceTag/Role': ['cache'] } },
    ]);
    expect(of('ec2:StopInstances', planOf(web))).toEqual([]);
  });

  test('let EC2 use keys only where instances are started', () => {
    expect(of('kms:CreateGrant')).toMatchObject([{ resources: [expect.stringMatching(/:kms:.*:key\/\*$/)] }]);
    expect(of('kms:CreateGrant', planOf(web))).toEqual([]);
  });

  test('change no tag of an instance but our mark', () => {
    for (const { conditions } of of('ec2:CreateTags')) {
      expect(conditions?.['ForAllValues:StringEquals']).toEqual({
        'aws:TagKeys': ['groundskeeper:draining'],
      });
      // Without any key DeleteTags would take all tags away.
      expect(conditions?.['Null']).toEqual({ 'aws:TagKeys': 'false' });
      expect(conditions?.['StringEquals']).toHaveProperty('aws:ResourceTag/Role');
    }
  });

  test('reach the target groups, balancers and queues that the plan names', () => {
    expect(of('elasticloadbalancing:DeregisterTargets')[0]?.resources).toEqual([targetGroup]);
    expect(of('elasticloadbalancing:DeregisterInstancesFromLoadBalancer')[0]?.resources).toEqual([
      expect.stringMatching(/:loadbalancer\/old$/),
    ]);
    expect(of('sqs:GetQueueAttributes')[0]?.resources).toEqual([expect.stringMatching(/:sqs:.*:jobs$/)]);
  });
});
