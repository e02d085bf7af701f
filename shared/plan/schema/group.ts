/** A group: what is scaled, within which bounds, and by what. What needs more than one key at a time is in `rules/`. */
import { z } from 'zod';
import * as jobs from '../../../functions/scale-group/job.ts';
import { nameField } from '../../job.ts';
import { described, oneOfKeys, tags } from './fields.ts';
import { time } from './tier.ts';

const job = jobs.scaleGroupJob.shape;
const { targetGroups, loadBalancers } = jobs.instances.shape;

const instances = z.strictObject({
  tags,
  targetGroups: described(
    targetGroups,
    'Target groups that an instance is registered with once it runs, and drained from before it is stopped: their ARNs.',
    [['arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef']],
  ),
  loadBalancers: described(loadBalancers, 'The same of Classic Load Balancers: their names.', [['web']]),
});

const { perInstance, ...metricFields } = jobs.metric.shape;
const metricKeys = {
  namespace: described(metricFields.namespace, 'As CloudWatch has it.', ['AWS/EC2']),
  name: described(metricFields.name, 'As CloudWatch has it.', ['CPUUtilization']),
  dimensions: described(metricFields.dimensions, 'All of its dimensions and their values.', [
    { AutoScalingGroupName: 'web' },
  ]),
  statistic: described(metricFields.statistic, 'Which value of each period counts.'),
  periodSeconds: described(
    metricFields.periodSeconds,
    'The length of a period: 60, or a multiple of it up to 3600. EC2 without detailed monitoring has 300.',
  ),
};

const threshold = z.number({ error: 'is not a threshold; expected a number' });
/** Amazon CloudWatch API reference, PutMetricAlarm: EvaluationPeriods, of a day together at most. */
const mostMinutes = 1440;
const minutes = z
  .int({ error: `is not a number of minutes; expected 1 to ${mostMinutes}` })
  .min(1, `is not a number of minutes; expected 1 to ${mostMinutes}`)
  .max(mostMinutes, `is not a number of minutes; expected 1 to ${mostMinutes}`);

export const groupAlarm = z
  .strictObject({
    name: described(nameField, 'The alarm: in CloudWatch it is `<service>-<stage>-<group>.<name>`.', [
      'cpu-high',
    ]),
    metric: z.strictObject(metricKeys).meta({ description: 'What it watches: a metric of CloudWatch.' }),
    above: threshold.optional().meta({ description: 'It rings above this.', examples: [70] }),
    below: threshold.optional().meta({ description: 'It rings below this.', examples: [30] }),
    minutes: minutes.meta({
      description: 'For so long, without a break: a multiple of the period.',
      examples: [3],
    }),
  })
  .meta(oneOfKeys(['above', 'below']));

const stepKeys = jobs.step.shape;
const steps = z
  .array(
    z.strictObject({
      lowerBound: described(
        stepKeys.lowerBound,
        "From this difference from the alarm's threshold on. Left out: from any.",
        [0],
      ),
      upperBound: described(
        stepKeys.upperBound,
        "To this difference from the alarm's threshold. Left out: to any.",
        [15],
      ),
      change: described(
        stepKeys.change,
        'So many instances more, or fewer if negative; percents of them, or the number itself, as `adjustment` says.',
        [1, -1],
      ),
    }),
    { error: 'is not a list of steps; expected at least one "- { change: … }"' },
  )
  .min(1, 'has no step; expected at least one')
  .max(20, 'is too long; expected 20 steps at most')
  .meta({
    description:
      'What changes by how much. They follow one another without a gap; above the threshold the lower bound belongs to a step, below it the upper one.',
  });

const stepPolicyKeys = jobs.stepPolicy.shape;
const step = z
  .strictObject({
    alarm: z
      .union([
        z
          .string({ error: 'is not an alarm; expected the name of one, or the keys of one to be made' })
          .min(1, 'is not an alarm; expected the name of one')
          .max(255, 'is too long; expected 255 characters at most'),
        groupAlarm,
      ])
      .meta({
        description:
          'The alarm: the name of one that you have (of a metric, in the same region), or the keys of one that the stack makes.',
        examples: ['web-cpu-high'],
      }),
    adjustment: described(stepPolicyKeys.adjustment, 'What `change` is.'),
    steps,
    minimumMagnitude: described(
      stepPolicyKeys.minimumMagnitude,
      'With `PercentChangeInCapacity`: at least so many instances.',
      [2],
    ),
  })
  .meta({ description: 'So much more, or less, while an alarm rings.' });

const target = z
  .strictObject({
    metric: z
      .strictObject({
        ...metricKeys,
        perInstance: described(
          perInstance,
          'Whether it is measured of each instance, by the dimension `InstanceId`: the average of them counts. For groups by tag.',
        ),
      })
      .meta({ description: 'A metric that falls as instances come: a mean, or a sum for each of them.' }),
    value: described(jobs.targetPolicy.shape.value, 'What it is kept at.', [50]),
  })
  .meta({ description: 'As many as keep a metric at a value.' });

const backlogKeys = jobs.backlogPolicy.shape;
const backlog = z
  .strictObject({
    queue: described(backlogKeys.queue, 'The name of the queue, in the same region and account.', ['jobs']),
    secondsPerMessage: described(
      backlogKeys.secondsPerMessage,
      'How long one instance takes for one message, on average.',
      [1.5],
    ),
    acceptableSeconds: described(backlogKeys.acceptableSeconds, 'How long a message may wait.', [300]),
  })
  .meta({ description: 'As many as work off a queue of SQS in the delay that is acceptable.' });

export const policyKinds = ['step', 'target', 'backlog'] as const;

const policies = z
  .array(
    z
      .strictObject({ step: step.optional(), target: target.optional(), backlog: backlog.optional() })
      .meta(oneOfKeys(policyKinds)),
    { error: 'is not a list of policies; expected "- step: …", "- target: …" or "- backlog: …"' },
  )
  .max(20, 'is too long; expected 20 policies at most')
  .default([])
  .meta({
    description:
      'How it follows its load, one of three ways each. Of several that demand a capacity the largest wins.',
  });

const periodKeys = jobs.period.shape;
const period = z
  .strictObject({
    days: described(periodKeys.days, 'The weekdays. Left out: every day.', [['monday', 'friday']]),
    at: time.meta({
      description: "From this time of day on, in the plan's `timezone`, in quotes.",
      examples: ['07:30'],
    }),
    minimum: described(periodKeys.minimum, 'In place of `minimum`; never below it.', [4]),
    maximum: described(periodKeys.maximum, 'In place of `maximum`; never above it.', [8]),
    capacity: described(periodKeys.capacity, 'Exactly so many, whatever the load: both at once.', [0]),
  })
  .meta({ anyOf: ['minimum', 'maximum', 'capacity'].map((key) => ({ required: [key] })) });

export const groupSchema = z
  .strictObject({
    name: described(nameField, 'The group: part of what it becomes, and how jobs and reports call it.', [
      'web',
    ]),
    autoScalingGroup: described(
      job.autoScalingGroup,
      'An Auto Scaling group, by name: its desired capacity is set, within its own bounds too.',
      ['web'],
    ),
    instances: instances.optional().meta({
      description:
        'Instances with these tags, which are started and stopped; none that is in an Auto Scaling group.',
    }),
    minimum: described(job.minimum, 'Never fewer.', [2]),
    maximum: described(job.maximum, 'Never more.', [12]),
    policies,
    schedule: z
      .array(period, { error: 'is not a list; expected at least one "- { at: …, minimum: … }"' })
      .max(50, 'is too long; expected 50 entries at most')
      .default([])
      .meta({
        description:
          'Bounds by the clock: each entry holds from its moment on until that of the next, against any load.',
      }),
    exceptDates: described(
      job.exceptDates,
      'Dates on which no entry of `schedule` begins: what held the evening before goes on.',
      [['2026-12-25']],
    ),
    warmupSeconds: described(
      job.warmupSeconds,
      'So long after its start an instance takes no full load yet: it counts as coming, not as there.',
    ),
    cooldown: z
      .strictObject({
        outSeconds: described(jobs.cooldown.shape.outSeconds, 'After any growth no other for so long.'),
        inSeconds: described(jobs.cooldown.shape.inSeconds, 'After any change no shrinking for so long.'),
      })
      .default({ outSeconds: 60, inSeconds: 300 })
      .meta({ description: 'The pauses between changes, whoever makes them.' }),
    stabilizationSeconds: described(
      job.stabilizationSeconds,
      'It shrinks only if the load has asked for it for all of this time.',
    ),
    tick: z
      .enum(['1 minute', '5 minutes'], { error: 'is not a tick; expected "1 minute" or "5 minutes"' })
      .default('1 minute')
      .meta({ description: 'How often it is looked at when no alarm and no schedule starts it.' }),
  })
  .meta(oneOfKeys(['autoScalingGroup', 'instances']));
