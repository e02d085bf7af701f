/** What each kind of policy asks CloudWatch and SQS, and what it makes of the answers. */
import type { CloudWatch } from '../../shared/aws/cloudwatch.ts';
import type { Alarm, UnusableAlarm } from '../../shared/aws/cloudwatch-alarms.ts';
import { type Question, questionOf, type Sample } from '../../shared/aws/cloudwatch-metrics.ts';
import { readOr } from '../../shared/aws/read-or.ts';
import { countMessages, type Sqs, urlOfQueue } from '../../shared/aws/sqs.ts';
import { ObservationError } from '../../shared/errors.ts';
import type { Signal } from './group.ts';
import type { BacklogPolicy, Policy, ScaleGroupJob, StepPolicy, TargetPolicy } from './job.ts';
import { isOfLate } from './series.ts';

/** Where the load is measured. */
export type Loaded = CloudWatch & Sqs;

/** The samples of each question, in their order, make the signal. */
export interface Inquiry {
  questions: readonly Question[];
  signal: (answers: readonly (readonly Sample[])[]) => Signal;
}

/** An instance, and from when on it takes load. */
export interface Serving {
  id: string;
  since: Date;
}

interface Seen {
  alarms: ReadonlyMap<string, Alarm | UnusableAlarm> | ObservationError;
  inService: readonly Serving[];
  job: ScaleGroupJob;
  now: Date;
}

export async function inquiryOf(policy: Policy, seen: Seen, aws: Loaded): Promise<Inquiry> {
  switch (policy.kind) {
    case 'step':
      return aboutAlarm(policy, seen);
    case 'target':
      return aboutMetric(policy, seen);
    case 'backlog':
      return aboutQueue(policy, aws);
  }
}

const noInquiry = (signal: Signal): Inquiry => ({ questions: [], signal: () => signal });

/** Nothing but a person, or AWS's recovery, brings it back. */
export const faultOf = (why: string): Signal => ({ kind: 'unknown', why, isFault: true });

function aboutAlarm({ alarm: name }: StepPolicy, { alarms, job, now }: Seen): Inquiry {
  if (alarms instanceof ObservationError) return noInquiry(faultOf(alarms.message));
  const alarm = alarms.get(name);
  if (!alarm) return noInquiry(faultOf(`there is no alarm ${name}`));
  if ('unusable' in alarm)
    return noInquiry(faultOf(`the alarm ${name} cannot be scaled by: ${alarm.unusable}`));
  const { question, ...seen } = alarm;
  const signalOf = (value: number | undefined): Signal => ({
    kind: 'alarm',
    alarm: { name, ...seen, value },
  });
  const told = toldBy(job, name, alarm);
  // Of one that is silent nobody asks how silent; each metric that is read costs.
  if (told !== undefined || alarm.state !== 'ALARM') return noInquiry(signalOf(told));
  const isNew = (sample: Sample) => isOfLate(sample, question, { now });
  return {
    questions: [question],
    signal: ([samples = []]) => signalOf(newestValue(samples.filter(isNew), alarm)),
  };
}

/** A Metrics Insights query with GROUP BY answers several series at once: the alarm rings for the farthest of them. */
function newestValue(samples: readonly Sample[], { rings }: Pick<Alarm, 'rings'>): number | undefined {
  const newest = Math.max(...samples.map(({ at }) => at.getTime()));
  const values = samples.filter(({ at }) => at.getTime() === newest).map(({ value }) => value);
  if (values.length === 0) return undefined;
  return rings === 'above' ? Math.max(...values) : Math.min(...values);
}

/** The value that made the alarm what it is, if the event that tells it is of no earlier state. */
function toldBy({ alarm: event }: ScaleGroupJob, name: string, { state, since }: Alarm): number | undefined {
  if (event?.name !== name || event.state !== state) return undefined;
  // The event's time and the alarm's are of one moment, but rounded differently.
  const isOfNow = new Date(event.at).getTime() >= since.getTime() - 1_000;
  return isOfNow ? event.value : undefined;
}

function aboutMetric({ metric }: TargetPolicy, { inService }: Seen): Inquiry {
  const { perInstance, periodSeconds, name, dimensions } = metric;
  if (!perInstance)
    return {
      questions: [questionOf(metric)],
      signal: ([samples = []]) => seriesOf(samples, periodSeconds, name),
    };
  if (inService.length === 0)
    return noInquiry({ kind: 'unknown', why: `no instance is in service whose ${name} could be measured` });
  return {
    questions: inService.map(({ id }) =>
      questionOf({ ...metric, dimensions: { ...dimensions, InstanceId: id } }),
    ),
    // What one did while it warmed up is no measure of the load.
    signal: (answers) =>
      seriesOf(
        averages(
          answers.map((samples, index) => samples.filter(({ at }) => at >= (inService[index]?.since ?? at))),
        ),
        periodSeconds,
        name,
      ),
  };
}

function seriesOf(samples: readonly Sample[], periodSeconds: number, name: string): Signal {
  if (samples.length === 0) return { kind: 'unknown', why: `${name} has no data` };
  return { kind: 'series', series: { periodSeconds, samples } };
}

/** Over those that have a value in a period: as EC2 Auto Scaling aggregates the metrics of a group. */
function averages(answers: readonly (readonly Sample[])[]): Sample[] {
  const byTime = new Map<number, number[]>();
  for (const { at, value } of answers.flat())
    byTime.set(at.getTime(), [...(byTime.get(at.getTime()) ?? []), value]);
  return [...byTime]
    .sort(([one], [other]) => one - other)
    .map(([at, values]) => ({
      at: new Date(at),
      value: values.reduce((sum, value) => sum + value, 0) / values.length,
    }));
}

/** Amazon SQS developer guide, "Available CloudWatch metrics for Amazon SQS": every minute. */
const queuePeriodSeconds = 60;

/** CloudWatch hears of a queue's messages minutes later: the newest count is the queue's own. */
async function aboutQueue({ queue }: BacklogPolicy, aws: Sqs): Promise<Inquiry> {
  const counted = await readOr(async () => {
    const url = await urlOfQueue(aws, queue);
    return url === undefined ? undefined : countMessages(aws, url);
  });
  if (counted === undefined) return noInquiry(faultOf(`there is no queue ${queue}`));
  if (counted instanceof ObservationError) return noInquiry(faultOf(counted.message));
  const { waiting: current, inHand } = counted;
  const count = {
    namespace: 'AWS/SQS',
    dimensions: { QueueName: queue },
    periodSeconds: queuePeriodSeconds,
  };
  const waiting = questionOf({
    ...count,
    name: 'ApproximateNumberOfMessagesVisible',
    statistic: 'Maximum',
  });
  const coming = questionOf({ ...count, name: 'NumberOfMessagesSent', statistic: 'Sum' });
  return {
    questions: [waiting, coming],
    signal: ([samples = [], arrivals = []]) => ({
      kind: 'series',
      series: { periodSeconds: queuePeriodSeconds, samples, current, inHand, arrivals },
    }),
  };
}
