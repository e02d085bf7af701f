/** The load, as the job's policies measure it. */
import { describeAlarms } from '../../shared/aws/cloudwatch-alarms.ts';
import { type Answer, type Question, readMetrics, type Sample } from '../../shared/aws/cloudwatch-metrics.ts';
import { readOr } from '../../shared/aws/read-or.ts';
import { ObservationError } from '../../shared/errors.ts';
import type { ScaleRun } from './clients.ts';
import type { Signal } from './group.ts';
import { hurried } from './hurry.ts';
import { faultOf, type Inquiry, inquiryOf, type Loaded, type Serving } from './inquiries.ts';
import type { ScaleGroupJob } from './job.ts';

/** What it takes of a run. */
export type Measuring = Pick<ScaleRun, 'clock' | 'job'> & { aws: Loaded };

/** Longer than that the schedule, and what a person wants, do not wait for what CloudWatch and SQS say. */
const patienceSeconds = 30;

/**
 * One for each policy, in their order. What cannot be read is unknown: bounds and people need no load.
 *
 * @param inService the instances whose own metrics count
 */
export async function observeSignals(inService: readonly Serving[], run: Measuring): Promise<Signal[]> {
  const { clock, job } = run;
  const now = clock.now();
  const aws = { ...run.aws, patience: hurried(run.aws.patience, patienceSeconds) };
  const names = job.policies.flatMap((policy) => (policy.kind === 'step' ? [policy.alarm] : []));
  const seen = { alarms: await readOr(() => describeAlarms(aws, names)), inService, job, now };
  const inquiries: Inquiry[] = [];
  for (const policy of job.policies) inquiries.push(await inquiryOf(policy, seen, aws));
  const questions = inquiries.flatMap((inquiry) => inquiry.questions);
  const answers =
    questions.length === 0 ? [] : await readMetrics(aws, questions, spanOf(questions, job, now));
  const answerTo = new Map(questions.map((question, index) => [question, answers[index] ?? []]));
  return inquiries.map((inquiry) => signalOf(inquiry, answerTo, now));
}

function signalOf(
  { questions, signal }: Inquiry,
  answerTo: ReadonlyMap<Question, Answer>,
  now: Date,
): Signal {
  const values: Sample[][] = [];
  for (const question of questions) {
    const answer = answerTo.get(question) ?? [];
    if (answer instanceof ObservationError) return faultOf(answer.message);
    values.push(wholePeriods(answer, question, now));
  }
  return signal(values);
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
