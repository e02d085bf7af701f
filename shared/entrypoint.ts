/** The only way to make a handler: opens and validates the job, runs it, reports, counts, and fails loudly. */
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type { Ec2 } from './aws/ec2.ts';
import { awsErrorOf } from './aws/errors.ts';
import { openEnvelope } from './envelope.ts';
import { type AutomationError, EventError, LimitExceededError, PartialFailureError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import { inContext } from './log.ts';
import { type Report, Reporter } from './report.ts';
import type { Tools } from './tools.ts';

// zod/mini comes without messages; of an unknown key its own would not say which are known.
z.config({
  ...en(),
  customError: (issue) => (issue.code === 'unrecognized_keys' ? sayUnknownKeys(issue) : undefined),
});

/** A run stops this long before Lambda would end it, so that it can still say what is left. */
const reserveMilliseconds = 30_000;

/** The fields of every job. */
export interface CommonJob {
  dryRun: boolean;
  maxActions?: number | undefined;
}

/** One invocation, as the five steps see it. */
export interface Run<Job> extends Pick<Tools, 'clock' | 'log' | 'emitMetric'> {
  job: Job;
  owner: string;
  /** Unique to this invocation. */
  invocation: string;
  startedAt: Date;
  /** Milliseconds until the run has to stop. */
  timeLeft: () => number;
  report: Reporter;
  ec2: Ec2;
  ledger: Ledger;
}

export interface AutomationFunction<Job extends CommonJob> {
  /** Its name in serverless.yml. */
  name: string;
  job: z.ZodMiniType<Job>;
  run: (run: Run<Job>) => Promise<void>;
}

export type InvocationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

export function entrypoint<Job extends CommonJob>(
  automation: AutomationFunction<Job>,
  tools: Tools,
): (payload: unknown, context: InvocationContext) => Promise<Report> {
  return async (payload, context) => {
    const { clock, config, random } = tools;
    const log = inContext(tools.log, { function: automation.name, requestId: context.awsRequestId });
    const startedAt = clock.now();
    const job = parseJob(automation, payload);
    const report = new Reporter(log);
    const timeLeft = () => context.getRemainingTimeInMillis() - reserveMilliseconds;
    const summarize = () =>
      report.finish({
        function: automation.name,
        dryRun: job.dryRun,
        startedAt: startedAt.toISOString(),
        finishedAt: clock.now().toISOString(),
      });
    try {
      await automation.run({
        job,
        owner: config.owner,
        invocation: `${context.awsRequestId}/${Math.floor(random() * 2 ** 48).toString(36)}`,
        startedAt,
        timeLeft,
        report,
        clock,
        log,
        emitMetric: tools.emitMetric,
        ec2: { client: tools.ec2, patience: { clock, random, timeLeft } },
        ledger: tools.ledger,
      });
    } catch (error) {
      const result = summarize();
      log.error('run.aborted', { ...forLog(result), error: awsErrorOf(error) });
      countOutcomes(tools, result);
      throw error;
    }
    const result = summarize();
    log.info('run.finished', forLog(result));
    countOutcomes(tools, result);
    throwUnfinished(automation.name, report);
    return result;
  };
}

function parseJob<Job extends CommonJob>({ name, job }: AutomationFunction<Job>, payload: unknown): Job {
  const parsed = job.safeParse(openEnvelope(payload));
  if (parsed.success) return parsed.data;
  throw new EventError(`The job is not one that ${name} takes:\n${z.prettifyError(parsed.error)}`);
}

function sayUnknownKeys({ keys, inst }: z.core.$ZodRawIssue<z.core.$ZodIssueUnrecognizedKeys>): string {
  const known = Object.keys((inst as z.ZodMiniObject | undefined)?.shape ?? {});
  const unknown = keys.map((key) => JSON.stringify(key)).join(', ');
  return `Unknown ${keys.length > 1 ? 'keys' : 'key'} ${unknown}: expected only ${known.join(', ')}`;
}

/** Lambda cuts a log line at 256 KB; each outcome beyond has a line of its own. */
function forLog(report: Report): Record<string, unknown> {
  return report.outcomes.length <= 200 ? { ...report } : { ...report, outcomes: [] };
}

/** Three metrics a function: CloudWatch bills each; durations it counts itself. */
function countOutcomes({ config, emitMetric }: Tools, { function: name, summary }: Report): void {
  const { done, failed, deferred } = summary;
  emitMetric({ dimensions: { owner: config.owner, function: name }, values: { done, failed, deferred } });
}

function throwUnfinished(name: string, { isClean, hasUnfinished, complaints }: Reporter): void {
  if (isClean) return;
  const kind: typeof AutomationError = hasUnfinished ? PartialFailureError : LimitExceededError;
  throw new kind(`${name} did what it could, but:\n${complaints.join('\n')}`);
}
