/** What a group follows: alarms by steps, metrics, queues. */
import { z } from 'zod';
import * as jobs from '../../../functions/scale-group/job.ts';
import { nameField } from '../../job.ts';
import { described, oneOfKeys } from './fields.ts';

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

/** Amazon CloudWatch API reference, PutMetricAlarm: TreatMissingData. */
const missingData = ['missing', 'notBreaching', 'breaching', 'ignore'] as const;

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
    missing: z
      .enum(missingData, {
        error: `is not a treatment of missing data; expected one of ${missingData.join(', ')}`,
      })
      .optional()
      .meta({
        description:
          "What a period without a value is taken for, in CloudWatch's words. Left out: `notBreaching` of an alarm `above`, which is silent then, and `missing` of one `below`: what was not measured takes nothing away.",
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

export const policies = z
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
