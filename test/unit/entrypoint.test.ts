import { describe, expect, it, test } from 'vitest';
import { type ExpireBackupsJob, expireBackupsJob } from '../../functions/expire-backups/job.ts';
import { takeSnapshotsJob } from '../../functions/take-snapshots/job.ts';
import { ec2Client } from '../../shared/aws/ec2.ts';
import { type AutomationFunction, type CommonJob, entrypoint, type Run } from '../../shared/entrypoint.ts';
import {
  EventError,
  LimitExceededError,
  ObservationError,
  PartialFailureError,
} from '../../shared/errors.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Report } from '../../shared/report.ts';
import type { HomeClients, Metric } from '../../shared/tools.ts';
import { anOutcome, anOwner, aTakeJob, aVolume } from '../builders.ts';
import { fakeClock, recordedLog } from '../fakes.ts';

// Never called: what these tests run touches neither EC2 nor the ledger.
const aws = { region: 'eu-west-1', credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } };

/** An invocation of a function that does nothing but `run`. */
function harness<Job extends CommonJob>(
  job: AutomationFunction<Job>['job'],
  run: (run: Run<Job>) => Promise<void> = async () => {},
  more: Pick<AutomationFunction<Job>, 'narrow' | 'takesMessages'> = {},
) {
  const clock = fakeClock();
  const log = recordedLog();
  const metrics: Metric[] = [];
  const draws = [0, 0.5];
  let remaining = 900_000;
  const handler = entrypoint<Job, HomeClients>(
    { name: 'test-function', job, run, ...more },
    {
      config: { owner: anOwner, ledger: 'simpledb', region: aws.region },
      clock,
      random: () => draws.shift() ?? 0.999,
      log,
      emitMetric: (metric) => metrics.push(metric),
      connect: (region) => ({ ec2: ec2Client({ ...aws, region }) }),
      ledger: openLedger({ owner: anOwner, ledger: 'simpledb', clock, onUnreadable: () => {}, aws }),
    },
  );
  const invoke = (payload: unknown) =>
    handler(payload, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => remaining });
  return {
    clock,
    log,
    metrics,
    invoke,
    setRemaining: (milliseconds: number) => {
      remaining = milliseconds;
    },
  };
}

const rejectionOf = async (promise: Promise<unknown>): Promise<Error> => {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not reject');
};

const takeFields = 'dryRun, maxActions, backup, tier, keep, every, scheduledTime, copies, volumes, instances';

describe('a payload', () => {
  const job = { backup: 'data', volumes: { ids: [aVolume().id] }, keep: '7 days' };

  test.each<[string, unknown, string]>([
    ['with an unknown key', { ...job, kep: '1 day' }, `✖ Unknown key "kep": expected only ${takeFields}`],
    [
      'with two unknown keys',
      { ...job, kep: '1 day', 'detail type': 1 },
      `✖ Unknown keys "kep", "detail type": expected only ${takeFields}`,
    ],
    [
      'with an unknown key further in',
      { ...job, volumes: { ids: [aVolume().id], region: 'eu-west-1' } },
      '✖ Unknown key "region": expected only ids, tags\n  → at volumes',
    ],
    [
      'with a value of the wrong type',
      { ...job, dryRun: 'true' },
      '✖ Invalid input: expected boolean, received string\n  → at dryRun',
    ],
    [
      'without a key',
      { backup: 'data', volumes: job.volumes },
      '✖ Invalid input: expected string, received undefined\n  → at keep',
    ],
    [
      'with two selectors',
      { ...job, volumes: { ids: [aVolume().id], tags: { Env: ['prod'] } } },
      '✖ expected exactly one of "ids" and "tags"\n  → at volumes',
    ],
    [
      'with a selector that is empty',
      { ...job, volumes: {} },
      '✖ expected exactly one of "ids" and "tags"\n  → at volumes',
    ],
    [
      'with a bad id among good ones',
      { ...job, volumes: { ids: [aVolume().id, 'i-0123456789abcdef0'] } },
      '✖ expected an id such as vol-0123456789abcdef0\n  → at volumes.ids[1]',
    ],
    [
      'with an empty tag key',
      { ...job, volumes: { tags: { '': ['prod'] } } },
      '✖ expected tag keys of 1 to 128 characters, each with a list of values\n  → at volumes.tags.',
    ],
    [
      'with a duration that is none',
      { ...job, keep: '1 fortnight' },
      '✖ expected a whole number and a unit, such as "24 hours", "7 days", "2 weeks", "1 month" or "1 year"\n  → at keep',
    ],
    [
      'with a time that is none',
      { ...job, scheduledTime: '<aws.scheduler.scheduled-time>' },
      '✖ expected a time in UTC such as "2026-11-21T02:15:00Z"\n  → at scheduledTime',
    ],
    [
      'with a limit of zero',
      { ...job, maxActions: 0 },
      '✖ Too small: expected number to be >=1\n  → at maxActions',
    ],
    [
      'with a name that is none',
      { ...job, backup: 'My Data' },
      '✖ expected lower-case letters, digits and single hyphens\n  → at backup',
    ],
    [
      'that is wrong inside a wrapper',
      { job: { ...job, keep: 7 }, event: {} },
      '✖ Invalid input: expected string, received number\n  → at keep',
    ],
    [
      'with two mistakes names both',
      { ...job, keep: 7, maxActions: 0 },
      '✖ Too small: expected number to be >=1\n  → at maxActions\n✖ Invalid input: expected string, received number\n  → at keep',
    ],
  ])('%s is refused with what was expected', async (_what, payload, mistakes) => {
    const error = await rejectionOf(harness(takeSnapshotsJob).invoke(payload));
    expect(error).toBeInstanceOf(EventError);
    expect(error.message).toBe(`The job is not one that test-function takes:\n${mistakes}`);
  });

  test.each<[string, unknown, string]>([
    ['null', null, 'The payload is empty: expected a job, a JSON object'],
    ['a list', [job], 'The payload is a list: expected a job, a JSON object'],
    [
      'an AWS event',
      { 'detail-type': 'EBS Snapshot Notification', detail: {} },
      'The payload is the AWS event "EBS Snapshot Notification": expected a job. Give the trigger the job as its input.',
    ],
  ])('that is %s is refused', async (_what, payload, message) => {
    const error = await rejectionOf(harness(takeSnapshotsJob).invoke(payload));
    expect(error).toBeInstanceOf(EventError);
    expect(error.message).toBe(message);
  });

  test.each<[string, object]>([
    ['an S3 or SQS event', { Records: [{ eventSource: 'aws:sqs', body: '{}' }] }],
    ['an alarm', { source: 'aws.cloudwatch', alarmArn: 'arn', accountId: '1', time: 'now' }],
  ])('that is %s is refused also by a function whose job may be empty', async (_what, event) => {
    const error = await rejectionOf(harness(expireBackupsJob).invoke(event));
    expect(error).toBeInstanceOf(EventError);
    expect(error.message).toContain(
      `${Object.keys(event)
        .map((key) => `"${key}"`)
        .join(
          ', ',
        )}: expected only dryRun, maxActions, maxDeleteShare, keepOfGoneSources, sources, explain, regions`,
    );
  });

  it('that is refused runs nothing', async () => {
    let ran = false;
    const { invoke } = harness(takeSnapshotsJob, async () => {
      ran = true;
    });
    await rejectionOf(invoke({}));
    expect(ran).toBe(false);
  });

  test.each([
    ['bare', aTakeJob()],
    ['wrapped', { job: aTakeJob(), event: { 'detail-type': 'x' } }],
  ])('that is a job, %s, is run with its defaults', async (_how, payload) => {
    let seen: unknown;
    const { invoke } = harness(takeSnapshotsJob, async ({ job: read }) => {
      seen = read;
    });
    await invoke(payload);
    expect(seen).toEqual({ ...aTakeJob(), dryRun: false });
  });
});

describe('a run', () => {
  it('is given its owner, its start and an invocation of its own, also when Lambda repeats a request', async () => {
    const runs: Run<CommonJob>[] = [];
    const { invoke, clock } = harness(expireBackupsJob, async (run) => {
      runs.push(run);
    });
    await invoke({});
    clock.advance(60_000);
    await invoke({});
    expect(runs.map(({ owner }) => owner)).toEqual([anOwner, anOwner]);
    expect(runs.map(({ startedAt }) => startedAt.toISOString())).toEqual([
      '2026-11-21T02:15:04.120Z',
      '2026-11-21T02:16:04.120Z',
    ]);
    expect(runs[0]?.invocation).toMatch(/^request-1\//);
    expect(runs[1]?.invocation).toMatch(/^request-1\//);
    expect(runs[0]?.invocation).not.toBe(runs[1]?.invocation);
  });

  it('has to stop 30 seconds before Lambda ends it', async () => {
    const lefts: number[] = [];
    const test = harness(expireBackupsJob, async ({ timeLeft, aws: { patience } }) => {
      lefts.push(timeLeft());
      test.setRemaining(30_000);
      lefts.push(timeLeft(), patience.timeLeft());
    });
    await test.invoke({});
    expect(lefts).toEqual([870_000, 0, 0]);
  });

  it('answers, logs and counts its report', async () => {
    const { invoke, clock, log, metrics } = harness(expireBackupsJob, async ({ report }) => {
      report.add(anOutcome());
      report.add(anOutcome({ outcome: 'kept', decision: 'keep', reason: 'not-due' }));
      clock.advance(1_500);
    });
    const report = await invoke({ dryRun: true });
    expect(report).toEqual<Report>({
      function: 'test-function',
      dryRun: true,
      startedAt: '2026-11-21T02:15:04.120Z',
      finishedAt: '2026-11-21T02:15:05.620Z',
      summary: { done: 1, kept: 1, withheld: 0, failed: 0, deferred: 0 },
      limits: [],
      outcomes: [anOutcome(), anOutcome({ outcome: 'kept', decision: 'keep', reason: 'not-due' })],
      omitted: 0,
    });
    expect(log.lines.filter(({ message }) => message.startsWith('run.'))).toEqual([
      { level: 'info', message: 'run.finished', values: { ...report, requestId: 'request-1' } },
    ]);
    expect(metrics).toEqual([
      {
        dimensions: { owner: anOwner, function: 'test-function' },
        values: { done: 1, failed: 0, deferred: 0 },
      },
    ]);
  });

  it('says on every line which function and request it is of', async () => {
    const { invoke, log } = harness(expireBackupsJob, async ({ report }) => report.add(anOutcome()));
    await invoke({});
    expect(log.lines).not.toHaveLength(0);
    for (const { values } of log.lines) {
      expect(values).toMatchObject({ function: 'test-function', requestId: 'request-1' });
    }
  });

  it('leaves long lists out of its summary line, which Lambda would cut', async () => {
    const { invoke, log } = harness(expireBackupsJob, async ({ report }) => {
      for (let n = 0; n < 201; n += 1) report.add(anOutcome());
    });
    expect((await invoke({})).outcomes).toHaveLength(201);
    const summary = log.lines.find(({ message }) => message === 'run.finished');
    expect(summary?.values).toMatchObject({ summary: { done: 201 }, outcomes: [] });
  });

  const accessDenied = { name: 'UnauthorizedOperation', message: 'You are not authorized' };

  test.each<['failed' | 'deferred', string]>([
    ['failed', 'UnauthorizedOperation: You are not authorized'],
    ['deferred', 'UnauthorizedOperation: You are not authorized'],
  ])('with something %s fails after everything else was done', async (outcome, why) => {
    let reachedEnd = false;
    const { invoke, log, metrics } = harness(expireBackupsJob, async ({ report }) => {
      report.add(anOutcome({ outcome, error: accessDenied }));
      report.add(anOutcome());
      reachedEnd = true;
    });
    const error = await rejectionOf(invoke({}));
    expect(error).toBeInstanceOf(PartialFailureError);
    expect(error.message).toBe(
      `test-function did what it could, but:\ndelete snap-0123456789abcdef0: ${outcome}: ${why}`,
    );
    expect(reachedEnd).toBe(true);
    expect(log.lines.at(-1)).toMatchObject({
      level: 'info',
      message: 'run.finished',
      values: { summary: { done: 1, [outcome]: 1 } },
    });
    expect(metrics).toHaveLength(1);
    expect(metrics[0]?.values).toMatchObject({ done: 1, [outcome]: 1 });
  });

  it('with something held back fails naming what releases it', async () => {
    const { invoke, metrics } = harness(expireBackupsJob, async ({ report }) => {
      report.limit('More is due than maxActions: start it with a larger one');
      report.add(anOutcome());
    });
    const error = await rejectionOf(invoke({}));
    expect(error).toBeInstanceOf(LimitExceededError);
    expect(error.message).toBe(
      'test-function did what it could, but:\nMore is due than maxActions: start it with a larger one',
    );
    expect(metrics[0]?.values).toEqual({ done: 1, failed: 0, deferred: 0 });
  });

  it('with failures and something held back says both', async () => {
    const { invoke } = harness(expireBackupsJob, async ({ report }) => {
      report.limit('More is due');
      report.add(anOutcome({ outcome: 'failed', error: accessDenied }));
    });
    const error = await rejectionOf(invoke({}));
    expect(error).toBeInstanceOf(PartialFailureError);
    expect(error.message.split('\n')).toEqual([
      'test-function did what it could, but:',
      'delete snap-0123456789abcdef0: failed: UnauthorizedOperation: You are not authorized',
      'More is due',
    ]);
  });

  it('fails with an error that Lambda can answer, however much failed', async () => {
    const message = '€'.repeat(100_000);
    const { invoke } = harness(expireBackupsJob, async ({ report }) => {
      for (let index = 0; index < 2_000; index += 1) {
        report.add(anOutcome({ outcome: 'failed', detail: message, error: { name: 'E', message } }));
        report.limit(message);
      }
    });
    const error = await rejectionOf(invoke({}));
    expect(error.message.split('\n').at(-1)).toBe('and 3980 more: see the log');
    // Lambda answers type, message and stack, and the stack begins with the message.
    const answer = JSON.stringify({ errorMessage: error.message, trace: error.stack?.split('\n') });
    expect(Buffer.byteLength(answer)).toBeLessThan(1_000_000);
  });
});

describe('a run that throws half way', () => {
  const unreadable = new ObservationError('Snapshots could not be read: RequestLimitExceeded: slow down');

  function halfway(error: unknown) {
    return harness(expireBackupsJob, async ({ report, clock }) => {
      report.add(anOutcome());
      report.add(anOutcome({ outcome: 'failed', error: { name: 'E', message: 'm' } }));
      report.limit('More is due');
      await clock.sleep(2_000);
      throw error;
    });
  }

  it('throws what it threw', async () => {
    expect(await rejectionOf(halfway(unreadable).invoke({}))).toBe(unreadable);
  });

  it('logs the report so far once, with the error', async () => {
    const { invoke, log } = halfway(unreadable);
    await rejectionOf(invoke({}));
    expect(log.lines.filter(({ message }) => message.startsWith('run.'))).toEqual([
      {
        level: 'error',
        message: 'run.aborted',
        values: {
          function: 'test-function',
          requestId: 'request-1',
          dryRun: false,
          startedAt: '2026-11-21T02:15:04.120Z',
          finishedAt: '2026-11-21T02:15:06.120Z',
          summary: { done: 1, kept: 0, withheld: 0, failed: 1, deferred: 0 },
          limits: ['More is due'],
          outcomes: [anOutcome(), anOutcome({ outcome: 'failed', error: { name: 'E', message: 'm' } })],
          omitted: 0,
          error: { name: 'ObservationError', message: unreadable.message, requestId: undefined },
        },
      },
    ]);
  });

  it('counts what it did', async () => {
    const { invoke, metrics } = halfway(unreadable);
    await rejectionOf(invoke({}));
    expect(metrics).toEqual([
      {
        dimensions: { owner: anOwner, function: 'test-function' },
        values: { done: 1, failed: 1, deferred: 0 },
      },
    ]);
  });

  it("names AWS's request where it has one", async () => {
    const error = Object.assign(new Error('Broken'), {
      name: 'InternalError',
      $metadata: { httpStatusCode: 500, requestId: 'aws-1' },
    });
    const { invoke, log } = halfway(error);
    await rejectionOf(invoke({}));
    expect(log.lines.at(-1)?.values['error']).toEqual({
      name: 'InternalError',
      message: 'Broken',
      requestId: 'aws-1',
    });
  });
});

describe('an event of AWS', () => {
  const event = { 'detail-type': 'EBS Snapshot Notification', detail: { snapshot: 'snap-1' } };

  function narrowing(narrow: (job: ExpireBackupsJob, event: unknown) => ExpireBackupsJob | undefined) {
    const jobs: ExpireBackupsJob[] = [];
    const run = async ({ job }: Run<ExpireBackupsJob>) => {
      jobs.push(job);
    };
    return { jobs, ...harness(expireBackupsJob, run, { narrow }) };
  }

  it('makes the job narrower that its rule carries', async () => {
    const { invoke, jobs } = narrowing((job) => ({ ...job, sources: ['vol-0123456789abcdef0'] }));
    await invoke({ job: { maxDeleteShare: 1 }, event });
    expect(jobs).toEqual([expireBackupsJob.parse({ maxDeleteShare: 1, sources: ['vol-0123456789abcdef0'] })]);
  });

  it('is seen as it came, and only where there is one', async () => {
    const events: unknown[] = [];
    const { invoke, jobs } = narrowing((job, seen) => {
      events.push(seen);
      return job;
    });
    await invoke({ job: {}, event });
    await invoke({ job: {} });
    await invoke({});
    expect(events).toEqual([event]);
    expect(jobs).toHaveLength(3);
  });

  it('that is none of its business runs nothing, and the report says nothing was done', async () => {
    const { invoke, jobs } = narrowing(() => undefined);
    expect(await invoke({ job: {}, event })).toMatchObject({ outcomes: [], summary: { done: 0, failed: 0 } });
    expect(jobs).toEqual([]);
  });
});

describe('messages of a queue', () => {
  const records = (...bodies: string[]) => ({
    Records: bodies.map((body, index) => ({ messageId: `m-${index}`, body, eventSource: 'aws:sqs' })),
  });
  const bodyOf = (job: object) => JSON.stringify(job);

  /** Fails in the job with two actions at most. */
  function worker() {
    const jobs: CommonJob[] = [];
    const test = harness(
      expireBackupsJob,
      async ({ job, report, clock }) => {
        jobs.push(job);
        await clock.sleep(1_000);
        if (job.maxActions === 2) report.add(anOutcome({ outcome: 'deferred' }));
        if (job.maxActions === 3) throw new ObservationError('Snapshots could not be read');
      },
      { takesMessages: true },
    );
    return { ...test, jobs };
  }

  it('are jobs, run one after another', async () => {
    const { invoke, jobs } = worker();
    const wrapped = bodyOf({ job: { maxActions: 5 } });
    const answer = await invoke(records(bodyOf({ maxActions: 4 }), wrapped));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(jobs.map(({ maxActions }) => maxActions)).toEqual([4, 5]);
  });

  it('that fail are named, and stop none of the others', async () => {
    const { invoke, jobs, log } = worker();
    const bodies = [{ maxActions: 2 }, { maxActions: 3 }, { maxActions: 0 }, { maxActions: 4 }].map(bodyOf);
    expect(await invoke(records(...bodies, 'no JSON'))).toEqual({
      batchItemFailures: ['m-0', 'm-1', 'm-2', 'm-4'].map((itemIdentifier) => ({ itemIdentifier })),
    });
    expect(jobs.map(({ maxActions }) => maxActions)).toEqual([2, 3, 4]);
    const failures = log.lines.filter(({ message }) => message === 'message.failed');
    expect(failures.map(({ values }) => (values['error'] as Error).name)).toEqual([
      'PartialFailureError',
      'ObservationError',
      'EventError',
      'EventError',
    ]);
  });

  it('for which no time is left are delivered again', async () => {
    const test = worker();
    test.setRemaining(30_000);
    expect(await test.invoke(records(bodyOf({})))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-0' }],
    });
    expect(test.jobs).toEqual([]);
  });
});
