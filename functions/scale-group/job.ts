import * as z from 'zod/mini';
import { commonJobFields, exactlyOne, nameField, tagFilter, timezoneField } from '../../shared/job.ts';

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

const count = z.int().check(z.minimum(0), z.maximum(10_000));
const seconds = (most: number) => z.int().check(z.minimum(0), z.maximum(most));
const timeOfDay = z
  .string()
  .check(z.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "08:00"'));

/** Amazon CloudWatch API reference, MetricDataQuery. */
export const metric = z.strictObject({
  namespace: z.string().check(z.minLength(1), z.maxLength(255)),
  name: z.string().check(z.minLength(1), z.maxLength(255)),
  dimensions: z._default(z.record(z.string(), z.string()), {}),
  statistic: z._default(z.enum(['Average', 'Sum', 'Maximum', 'Minimum', 'SampleCount']), 'Average'),
  periodSeconds: z._default(z.int().check(z.multipleOf(60), z.minimum(60), z.maximum(3600)), 60),
  /** Measured with the dimension InstanceId of each instance in service; the average of them counts. */
  perInstance: z._default(z.boolean(), false),
});
export type Metric = z.infer<typeof metric>;

/** Amazon EC2 Auto Scaling user guide, "Step scaling": bounds are differences from the alarm's threshold. */
export const step = z.strictObject({
  lowerBound: z.optional(z.number()),
  upperBound: z.optional(z.number()),
  change: z.int(),
});
export type Step = z.infer<typeof step>;

/** So much more or less while an alarm rings. */
export const stepPolicy = z.strictObject({
  kind: z.literal('step'),
  /** The alarm's name in CloudWatch. */
  alarm: z.string().check(z.minLength(1), z.maxLength(255)),
  adjustment: z._default(
    z.enum(['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity']),
    'ChangeInCapacity',
  ),
  steps: z.array(step).check(z.minLength(1), z.maxLength(20)),
  /** Of percentages: at least so many instances. */
  minimumMagnitude: z.optional(z.int().check(z.minimum(1))),
});
export type StepPolicy = z.infer<typeof stepPolicy>;

/** As many as keep a metric, which falls as instances come, at a value. */
export const targetPolicy = z.strictObject({
  kind: z.literal('target'),
  metric,
  value: z.number().check(z.gt(0)),
});
export type TargetPolicy = z.infer<typeof targetPolicy>;

/** As many as work a queue off in the delay that is acceptable. */
export const backlogPolicy = z.strictObject({
  kind: z.literal('backlog'),
  /** The queue's name. */
  queue: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,80}(\.fifo)?$/, 'expected the name of an SQS queue')),
  /** How long one instance takes for one message, on average. */
  secondsPerMessage: z.number().check(z.gt(0)),
  acceptableSeconds: z.number().check(z.gt(0)),
});
export type BacklogPolicy = z.infer<typeof backlogPolicy>;

const policy = z.discriminatedUnion('kind', [stepPolicy, targetPolicy, backlogPolicy]);
export type Policy = z.infer<typeof policy>;

/** From this moment on until that of the next entry, these bounds hold. */
export const period = z
  .strictObject({
    days: z._default(z.array(z.enum(weekdays)).check(z.minLength(1)), [...weekdays]),
    at: timeOfDay,
    minimum: z.optional(count),
    maximum: z.optional(count),
    /** As `minimum` and `maximum` at once. */
    capacity: z.optional(count),
  })
  .check(
    z.refine(
      ({ minimum, maximum, capacity }) =>
        capacity === undefined
          ? minimum !== undefined || maximum !== undefined
          : (minimum ?? maximum) === undefined,
      'expected "capacity" alone, or "minimum", "maximum" or both',
    ),
  );
export type Period = z.infer<typeof period>;

/** Instances that are started and stopped. */
export const instances = z.strictObject({
  tags: tagFilter,
  /** ARNs of target groups (Application, Network and Gateway Load Balancers). */
  targetGroups: z._default(
    z.array(z.string().check(z.regex(/^arn:[^:]+:elasticloadbalancing:.*:targetgroup\/.+$/))),
    [],
  ),
  /** Names of Classic Load Balancers. */
  loadBalancers: z._default(z.array(z.string().check(z.minLength(1))), []),
});
export type InstanceGroup = z.infer<typeof instances>;

export const cooldown = z.strictObject({
  outSeconds: z._default(seconds(3600).check(z.minimum(60)), 60),
  inSeconds: z._default(seconds(86_400).check(z.minimum(60)), 300),
});

const override = z.union(
  [
    z.strictObject({
      capacity: count,
      /** A time of day, the next one in `timezone`, or a moment such as "2026-11-21T22:00:00Z". */
      until: z.union([timeOfDay, z.iso.datetime({ offset: true })]),
    }),
    z.literal('end'),
  ],
  'expected {"capacity": 6, "until": "22:00"}, where until is a time of day, or a moment with its zone such as ' +
    '"2026-11-21T22:00:00Z"; or "end"',
);

/** Gives a group of instances the capacity that its load and the clock demand. */
export const scaleGroupJob = z
  .strictObject({
    ...commonJobFields,
    /** The group's name in the plan: its cooldowns and overrides are kept under it. */
    group: nameField,
    autoScalingGroup: z.optional(z.string().check(z.minLength(1), z.maxLength(255))),
    instances: z.optional(instances),
    minimum: count,
    maximum: count,
    /** An instance so long after its start is no measure of the load, and is none that is missing. */
    warmupSeconds: z._default(seconds(3600), 180),
    /** So long after a change there is none that adds, or none that removes. */
    cooldown: z._default(cooldown, { outSeconds: 60, inSeconds: 300 }),
    /** Fewer instances only if all of this time, up to now, agrees. */
    stabilizationSeconds: z._default(seconds(3600), 300),
    policies: z._default(z.array(policy).check(z.maxLength(20)), []),
    /** The zone in which `at` and `until` are meant. */
    timezone: timezoneField,
    schedule: z._default(z.array(period).check(z.maxLength(50)), []),
    /** Days on which the entries of `schedule` are left out: what held before goes on. */
    exceptDates: z._default(z.array(z.iso.date()), []),
    /** Who starts it: a schedule's moment, the tick between them, or a person. */
    cause: z._default(z.enum(['hand', 'schedule', 'tick']), 'hand'),
    /** By hand: this capacity until then, whatever load and schedule say; "end" leaves its end to the next tick. */
    override: z.optional(override),
    /** What an alarm's event narrows the job to. */
    alarm: z.optional(
      z.strictObject({
        name: z.string(),
        state: z.enum(['OK', 'ALARM', 'INSUFFICIENT_DATA']),
        at: z.iso.datetime({ offset: true }),
        /** The newest of the values that made it change its state, if the event tells. */
        value: z.optional(z.number()),
      }),
    ),
  })
  .check(
    z.refine(
      ({ autoScalingGroup, instances: members }) => exactlyOne({ autoScalingGroup, members }),
      'expected exactly one of "autoScalingGroup" and "instances"',
    ),
    z.refine(({ minimum, maximum }) => minimum <= maximum, 'expected "minimum" to be "maximum" at most'),
  );

export type ScaleGroupJob = z.infer<typeof scaleGroupJob>;
