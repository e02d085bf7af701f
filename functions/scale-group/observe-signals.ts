/** The load, as the job's policies measure it. */
import type { CloudWatch } from '../../shared/aws/cloudwatch.ts';
import { type Alarm, describeAlarms, type UnusableAlarm } from '../../shared/aws/cloudwatch-alarms.ts';
import { type Question, questionOf, readMetrics, type Sample } from '../../shared/aws/cloudwatch-metrics.ts';
import { countMessages, type Sqs, urlOfQueue } from '../../shared/aws/sqs.ts';
import type { ScaleRun } from './clients.ts';
import type { Signal } from './group.ts';
import type { BacklogPolicy, Policy, ScaleGroupJob, StepPolicy, TargetPolicy } from './job.ts';

/** What one policy asks CloudWatch, and what it makes of the answers. */
interface Inquiry {
  questions: readonly Question[];
  signal: (answers: readonly (readonly Sample[])[]) => Signal;
}

/** What it takes of a run. */
export type Measuring = Pick<ScaleRun, 'clock' | 'job'> & { aws: CloudWatch & Sqs };

/** @param inService the instances whose own metrics count */
export async function observeSignals(inService: readonly string[], run: Measuring): Promise<Signal[]> {
  const { aws, clock, job } = run;
  const now = clock.now();
  const alarms = await describeAlarms(
    aws,
    job.policies.flatMap((policy) => alarmOf(policy)),
  );
  const inquiries: Inquiry[] = [];
  for (const policy of job.policies) inquiries.push(await inquiryOf(policy, { alarms, inService, now }, run));
  const questions = inquiries.flatMap((inquiry) => inquiry.questions);
  const answers =
    questions.length === 0 ? [] : await readMetrics(aws, questions, spanOf(questions, job, now));
  const samplesOf = new Map(
    questions.map((question, index) => [question, wholePeriods(answers[index] ?? [], question, now)]),
  );
  return inquiries.map(({ questions: asked, signal }) =>
    signal(asked.map((question) => samplesOf.get(question) ?? [])),
  );
}

interface Seen {
  alarms: ReadonlyMap<string, Alarm | UnusableAlarm>;
  inService: readonly string[];
  now: Date;
}

const alarmOf = (policy: Policy): string[] => (policy.kind === 'step' ? [policy.alarm] : []);

async function inquiryOf(policy: Policy, seen: Seen, run: Measuring): Promise<Inquiry> {
  switch (policy.kind) {
    case 'step':
      return aboutAlarm(policy, seen, run.job);
    case 'target':
      return aboutMetric(policy, seen);
    case 'backlog':
      return aboutQueue(policy, run);
  }
}

const unknown = (why: string): Inquiry => ({ questions: [], signal: () => ({ kind: 'unknown', why }) });

function aboutAlarm({ alarm: name }: StepPolicy, { alarms }: Seen, job: ScaleGroupJob): Inquiry {
  const alarm = alarms.get(name);
  if (!alarm) return unknown(`there is no alarm ${name}`);
  if ('unusable' in alarm) return unknown(`the alarm ${name} cannot be scaled by: ${alarm.unusable}`);
  const { question, ...seen } = alarm;
  const signalOf = (value: number | undefined): Signal => ({
    kind: 'alarm',
    alarm: { name, ...seen, value },
  });
  const told = toldBy(job, name, alarm);
  if (told !== undefined) return { questions: [], signal: () => signalOf(told) };
  return { questions: [question], signal: ([samples]) => signalOf(samples?.at(-1)?.value) };
}

/** The value that made the alarm what it is, if the event that tells it is of no earlier state. */
function toldBy({ alarm: event }: ScaleGroupJob, name: string, { state, since }: Alarm): number | undefined {
  if (event?.name !== name || event.state !== state) return undefined;
  // The event's time and the alarm's are of one moment, but rounded differently.
  const isOfNow = new Date(event.at).getTime() >= since.getTime() - 1_000;
  return isOfNow ? event.value : undefined;
}

function aboutMetric({ metric }: TargetPolicy, { inService }: Seen): Inquiry {
  const { perInstance, periodSeconds } = metric;
  const dimensionsOf = (id: string) => ({ ...metric.dimensions, InstanceId: id });
  const asked = perInstance
    ? inService.map((id) => questionOf({ ...metric, dimensions: dimensionsOf(id) }))
    : [questionOf(metric)];
  if (asked.length === 0) return unknown(`no instance is in service whose ${metric.name} could be measured`);
  return {
    questions: asked,
    signal: (answers) => seriesOf(averages(answers), periodSeconds, metric.name),
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
async function aboutQueue({ queue }: BacklogPolicy, { aws }: Measuring): Promise<Inquiry> {
  const url = await urlOfQueue(aws, queue);
  if (url === undefined) return unknown(`there is no queue ${queue}`);
  const { waiting: current, inHand } = await countMessages(aws, url);
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

/** The start of the period that a moment is in. */
const periodOf = (time: Date, seconds: number): number =>
  Math.floor(time.getTime() / (seconds * 1_000)) * seconds * 1_000;

/** Of a period that is not over, less is known than will have been. */
const wholePeriods = (samples: readonly Sample[], { periodSeconds }: Question, now: Date): Sample[] =>
  samples.filter(({ at }) => at.getTime() + periodSeconds * 1_000 <= now.getTime());

/** Metrics reach CloudWatch some minutes after what they measure. */
const latenessSeconds = 300;

/** The stabilisation window, and a few periods before it, of which the newest value may be. */
function spanOf(questions: readonly Question[], job: ScaleGroupJob, now: Date): { from: Date; to: Date } {
  const longest = Math.max(...questions.map(({ periodSeconds }) => periodSeconds));
  const seconds = job.stabilizationSeconds + 3 * longest + latenessSeconds;
  return { from: new Date(periodOf(new Date(now.getTime() - seconds * 1_000), longest)), to: now };
}
