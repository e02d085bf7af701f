/** The only way to make a handler: opens and validates the job, runs it, reports, counts, and fails loudly. */
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { awsErrorOf } from './aws/errors.ts';
import type { Patience } from './aws/persist.ts';
import type { Place } from './aws/place.ts';
import { openEnvelope } from './envelope.ts';
import { type AutomationError, EventError, LimitExceededError, PartialFailureError } from './errors.ts';
import type { Ledger } from './ledger/ledger.ts';
import { inContext } from './log.ts';
import { type Report, Reporter } from './report.ts';
import type { HomeClients, Tools } from './tools.ts';

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

/** One invocation, as the five steps see it. `Clients`: those that its handler connects. */
export interface Run<Job, Clients = HomeClients> extends Pick<Tools, 'clock' | 'log' | 'emitMetric'> {
  job: Job;
  owner: string;
  /** Unique to this invocation. */
  invocation: string;
  startedAt: Date;
  /** Milliseconds until the run has to stop. */
  timeLeft: () => number;
  report: Reporter;
  /** The region in which this runs. */
  aws: Place<Clients>;
  /** Any region. */
  awsIn: (region: string) => Place<Clients>;
  ledger: Ledger;
}

/** The run with another patience, in every region: one with a heartbeat keeps a lease through all calls. */
export function withPatience<Job, Clients>(run: Run<Job, Clients>, patience: Patience): Run<Job, Clients> {
  return {
    ...run,
    aws: { ...run.aws, patience },
    awsIn: (region) => ({ ...run.awsIn(region), patience }),
  };
}

export interface AutomationFunction<Job extends CommonJob, Clients = HomeClients> {
  /** Its name in serverless.yml. */
  name: string;
  job: z.ZodMiniType<Job>;
  /** What an event of AWS makes of the job that its rule carries; undefined: there is nothing to do. */
  narrow?: (job: Job, event: unknown) => Job | undefined;
  run: (run: Run<Job, Clients>) => Promise<void>;
}

export type InvocationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

export function entrypoint<Job extends CommonJob, Clients>(
  automation: AutomationFunction<Job, Clients>,
  tools: Tools<Clients>,
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
    const patience = { clock, random, timeLeft };
    const awsIn = (region: string) => ({ ...tools.connect(region), region, patience });
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
        aws: awsIn(config.region),
        awsIn,
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

function parseJob<Job extends CommonJob>(
  { name, job }: Pick<AutomationFunction<Job>, 'name' | 'job'>,
  payload: unknown,
): Job {
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
function countOutcomes(
  { config, emitMetric }: Pick<Tools, 'config' | 'emitMetric'>,
  { function: name, summary }: Report,
): void {
  const { done, failed, deferred } = summary;
  emitMetric({ dimensions: { owner: config.owner, function: name }, values: { done, failed, deferred } });
}

function throwUnfinished(name: string, { isClean, hasUnfinished, complaints }: Reporter): void {
  if (isClean) return;
  const kind: typeof AutomationError = hasUnfinished ? PartialFailureError : LimitExceededError;
  throw new kind(`${name} did what it could, but:\n${complaints.join('\n')}`);
}
