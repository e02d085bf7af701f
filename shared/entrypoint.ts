/** The only way to make a handler: opens and validates the job, runs it, reports, counts, and fails loudly. */
import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { awsErrorOf } from './aws/errors.ts';
import type { Patience } from './aws/persist.ts';
import type { Place } from './aws/place.ts';
import { messagesIn, openEnvelope, openMessage, type QueueMessage } from './envelope.ts';
import { AutomationError, EventError, LimitExceededError, PartialFailureError } from './errors.ts';
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
  /** The function's own queue, where it has one. */
  queueUrl: string | undefined;
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
  /** It has a queue: each message is a job, and what fails is delivered again, one by one. */
  takesMessages?: boolean;
  run: (run: Run<Job, Clients>) => Promise<void>;
}

export type InvocationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>;

/** What SQS reads: the messages that it shall deliver again, and give up in the end. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

export type Handler = {
  (payload: { Records: readonly object[] }, context: InvocationContext): Promise<BatchResponse>;
  (payload: unknown, context: InvocationContext): Promise<Report>;
};

export function entrypoint<Job extends CommonJob, Clients>(
  automation: AutomationFunction<Job, Clients>,
  tools: Tools<Clients>,
): Handler {
  const handle = async (payload: unknown, context: InvocationContext): Promise<Report | BatchResponse> => {
    const messages = automation.takesMessages ? messagesIn(payload) : undefined;
    if (messages === undefined) return runJob(automation, tools, payload, context);
    return runMessages(messages, (message) => runJob(automation, tools, openMessage(message), context), {
      log: inContext(tools.log, { function: automation.name, requestId: context.awsRequestId }),
      timeLeft: timeLeftIn(context),
    });
  };
  return handle as Handler;
}

const timeLeftIn =
  ({ getRemainingTimeInMillis }: InvocationContext) =>
  (): number =>
    getRemainingTimeInMillis() - reserveMilliseconds;

/** One after another, since they share the rate of AWS's calls. One's failure stops none of the others. */
async function runMessages(
  messages: readonly QueueMessage[],
  run: (message: QueueMessage) => Promise<unknown>,
  { log, timeLeft }: Pick<Run<CommonJob>, 'log' | 'timeLeft'>,
): Promise<BatchResponse> {
  const batchItemFailures: BatchResponse['batchItemFailures'] = [];
  for (const message of messages) {
    try {
      if (timeLeft() <= 0) throw new AutomationError('There was no time left for it');
      await run(message);
    } catch (error) {
      log.error('message.failed', { messageId: message.messageId, error: awsErrorOf(error) });
      batchItemFailures.push({ itemIdentifier: message.messageId });
    }
  }
  return { batchItemFailures };
}

async function runJob<Job extends CommonJob, Clients>(
  automation: AutomationFunction<Job, Clients>,
  tools: Tools<Clients>,
  payload: unknown,
  context: InvocationContext,
): Promise<Report> {
  const { clock } = tools;
  const log = inContext(tools.log, { function: automation.name, requestId: context.awsRequestId });
  const startedAt = clock.now();
  const { job, isIdle } = jobIn(automation, payload);
  const report = new Reporter(log);
  const summarize = () =>
    report.finish({
      function: automation.name,
      dryRun: job.dryRun,
      startedAt: startedAt.toISOString(),
      finishedAt: clock.now().toISOString(),
    });
  try {
    if (!isIdle) await automation.run(newRun(job, { startedAt, report, log }, tools, context));
  } catch (error) {
    const result = summarize();
    log.error('run.aborted', { ...forLog(result), error: awsErrorOf(error) });
    countOutcomes(automation.name, tools, result);
    throw error;
  }
  const result = summarize();
  log.info('run.finished', forLog(result));
  countOutcomes(automation.name, tools, result);
  throwUnfinished(automation.name, report);
  return result;
}

function newRun<Job, Clients>(
  job: Job,
  parts: Pick<Run<Job>, 'startedAt' | 'report' | 'log'>,
  tools: Tools<Clients>,
  context: InvocationContext,
): Run<Job, Clients> {
  const { clock, config, random, emitMetric, ledger, connect } = tools;
  const timeLeft = timeLeftIn(context);
  const patience = { clock, random, timeLeft };
  const awsIn = (region: string) => ({ ...connect(region), region, patience });
  return {
    ...parts,
    job,
    owner: config.owner,
    invocation: `${context.awsRequestId}/${Math.floor(random() * 2 ** 48).toString(36)}`,
    timeLeft,
    clock,
    emitMetric,
    aws: awsIn(config.region),
    awsIn,
    queueUrl: config.queueUrl,
    ledger,
  };
}

/** `isIdle`: it was started by an event that is none of its business. */
function jobIn<Job extends CommonJob, Clients>(
  { name, job, narrow }: AutomationFunction<Job, Clients>,
  payload: unknown,
): { job: Job; isIdle: boolean } {
  const envelope = openEnvelope(payload);
  const parsed = job.safeParse(envelope.job);
  if (!parsed.success) {
    throw new EventError(`The job is not one that ${name} takes:\n${z.prettifyError(parsed.error)}`);
  }
  if (!narrow || envelope.event === undefined) return { job: parsed.data, isIdle: false };
  const narrower = narrow(parsed.data, envelope.event);
  return { job: narrower ?? parsed.data, isIdle: narrower === undefined };
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
  name: string,
  { config, emitMetric }: Pick<Tools, 'config' | 'emitMetric'>,
  { summary }: Report,
): void {
  const { done, failed, deferred } = summary;
  emitMetric({ dimensions: { owner: config.owner, function: name }, values: { done, failed, deferred } });
}

function throwUnfinished(name: string, { isClean, hasUnfinished, complaints }: Reporter): void {
  if (isClean) return;
  const kind: typeof AutomationError = hasUnfinished ? PartialFailureError : LimitExceededError;
  throw new kind(`${name} did what it could, but:\n${complaints.join('\n')}`);
}
