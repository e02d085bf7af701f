import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Outcome, Reporter } from '../../shared/report.ts';
import { anOutcome } from '../builders.ts';
import { recordedLog } from '../fakes.ts';

const head = {
  function: 'expire-backups',
  dryRun: false,
  startedAt: '2026-11-21T02:15:04.120Z',
  finishedAt: '2026-11-21T02:15:05.000Z',
};
const error = { name: 'InvalidSnapshot.InUse', message: 'The snapshot is in use' };
// Lambda, developer guide, quotas: a synchronous answer.
const lambdaAnswer = 6 * 1024 * 1024;

function reported(outcomes: readonly Outcome[], limits: readonly string[] = []) {
  const log = recordedLog();
  const reporter = new Reporter(log);
  for (const outcome of outcomes) reporter.add(outcome);
  for (const limit of limits) reporter.limit(limit);
  return { reporter, log, report: reporter.finish(head) };
}

const many = (count: number, overrides: Partial<Outcome> = {}): Outcome[] =>
  Array.from({ length: count }, (_, index) => anOutcome({ resource: `snap-${index}`, ...overrides }));

describe('a report', () => {
  it('has exactly this shape', () => {
    const failed = anOutcome({ outcome: 'failed', error });
    const { report } = reported([anOutcome(), failed, anOutcome({ outcome: 'kept', decision: 'keep' })]);
    expect(JSON.parse(JSON.stringify(report))).toStrictEqual({
      ...head,
      summary: { done: 1, kept: 1, withheld: 0, failed: 1, deferred: 0 },
      limits: [],
      outcomes: [
        {
          resource: 'snap-0123456789abcdef0',
          decision: 'delete',
          reason: 'past-retention',
          outcome: 'done',
        },
        {
          resource: 'snap-0123456789abcdef0',
          decision: 'delete',
          reason: 'past-retention',
          outcome: 'failed',
          error: { name: 'InvalidSnapshot.InUse', message: 'The snapshot is in use' },
        },
        {
          resource: 'snap-0123456789abcdef0',
          decision: 'keep',
          reason: 'past-retention',
          outcome: 'kept',
        },
      ],
      omitted: 0,
    });
  });

  it('of a run that looked at nothing is empty', () => {
    expect(reported([]).report).toEqual({
      ...head,
      summary: { done: 0, kept: 0, withheld: 0, failed: 0, deferred: 0 },
      limits: [],
      outcomes: [],
      omitted: 0,
    });
  });

  it('counts every outcome, whatever it returns', () => {
    const outcomes = fc.array(
      fc.constantFrom<Outcome['outcome']>('done', 'kept', 'withheld', 'deferred', 'failed'),
      { maxLength: 1_500, size: 'max' },
    );
    fc.assert(
      fc.property(outcomes, (all) => {
        const { report } = reported(all.map((outcome) => anOutcome({ outcome })));
        const count = (wanted: Outcome['outcome']) => all.filter((outcome) => outcome === wanted).length;
        expect(report.summary).toEqual({
          done: count('done'),
          kept: count('kept'),
          withheld: count('withheld'),
          failed: count('failed'),
          deferred: count('deferred'),
        });
        expect(report.outcomes.length + report.omitted).toBe(all.length);
      }),
      { numRuns: 30 },
    );
  });

  it('is not changed by what comes after it', () => {
    const { reporter, report } = reported([anOutcome()]);
    reporter.add(anOutcome());
    reporter.limit('too many');
    expect(report).toMatchObject({ summary: { done: 1 }, limits: [], omitted: 0 });
    expect(report.outcomes).toHaveLength(1);
  });

  it('returns 1,000 outcomes as they are', () => {
    const { report } = reported(many(1_000));
    expect(report.outcomes).toHaveLength(1_000);
    expect(report.omitted).toBe(0);
  });

  it('returns of 1,001 only what failed or was put off', () => {
    const outcomes = many(1_001);
    outcomes[17] = anOutcome({ resource: 'snap-17', outcome: 'failed', error });
    outcomes[1_000] = anOutcome({ resource: 'snap-1000', outcome: 'deferred' });
    const { report } = reported(outcomes);
    expect(report.outcomes.map(({ resource }) => resource)).toEqual(['snap-17', 'snap-1000']);
    expect(report.omitted).toBe(999);
    expect(report.summary).toMatchObject({ done: 999, failed: 1, deferred: 1 });
  });

  it('returns the first 1,000 failures of more', () => {
    const { report } = reported(many(2_500, { outcome: 'failed', error }));
    expect(report.outcomes).toHaveLength(1_000);
    expect(report.outcomes.at(-1)?.resource).toBe('snap-999');
    expect(report.omitted).toBe(1_500);
    expect(report.summary.failed).toBe(2_500);
  });

  it('cuts texts that no person would read to the end; the log has the whole', () => {
    const message = 'x'.repeat(10_000);
    const { report, log } = reported([
      anOutcome({ outcome: 'failed', error: { name: 'E', message }, detail: message }),
    ]);
    const [outcome] = report.outcomes;
    expect(outcome?.error?.message).toBe(`${'x'.repeat(2_000)}… (see the log)`);
    expect(outcome?.detail).toBe(`${'x'.repeat(2_000)}… (see the log)`);
    expect(log.lines[0]?.values).toMatchObject({ detail: message, error: { name: 'E', message } });
  });

  it('leaves a text of 2,000 characters as it is', () => {
    const message = 'x'.repeat(2_000);
    expect(reported([anOutcome({ detail: message })]).report.outcomes[0]?.detail).toBe(message);
  });

  test.each([
    ['long', 'x'],
    ['made of characters of three bytes', '€'],
    ['made of characters that JSON writes with six', '\u0001'],
  ])("fits into Lambda's answer, also where 1,000 messages are %s", (_what, character) => {
    const message = character.repeat(100_000);
    const { report } = reported(
      many(1_000, { outcome: 'failed', detail: message, error: { name: 'E', message } }),
      many(1_000).map(() => message),
    );
    expect(Buffer.byteLength(JSON.stringify(report))).toBeLessThan(lambdaAnswer);
    expect(report.summary.failed).toBe(1_000);
    expect(report.outcomes.length).toBeGreaterThan(100);
    expect(report.outcomes.length + report.omitted).toBe(1_000);
    expect(report.limits.length).toBeGreaterThan(50);
  });

  it('returns only failures where fewer than 1,000 outcomes are too long for the answer', () => {
    const detail = '\u0001'.repeat(2_000);
    const outcomes = [
      ...many(900, { detail }),
      anOutcome({ resource: 'snap-bad', outcome: 'failed', error }),
    ];
    const { report } = reported(outcomes);
    expect(report.outcomes.map(({ resource }) => resource)).toEqual(['snap-bad']);
    expect(report.omitted).toBe(900);
  });

  test.each<[Outcome['outcome'], string]>([
    ['done', 'info'],
    ['withheld', 'info'],
    ['kept', 'debug'],
    ['deferred', 'warn'],
    ['failed', 'error'],
  ])('logs what is %s as %s, values in keys', (outcome, level) => {
    const { log } = reported([anOutcome({ outcome, detail: 'why' })]);
    expect(log.lines).toEqual([
      {
        level,
        message: `resource.${outcome}`,
        values: {
          resource: 'snap-0123456789abcdef0',
          decision: 'delete',
          reason: 'past-retention',
          detail: 'why',
        },
      },
    ]);
  });

  it('logs a limit as an error, and says it', () => {
    const { log, report } = reported([], ['too many']);
    expect(log.lines).toEqual([{ level: 'error', message: 'limit.exceeded', values: { limit: 'too many' } }]);
    expect(report.limits).toEqual(['too many']);
  });
});

describe('a run', () => {
  test.each<[Outcome['outcome'], boolean]>([
    ['done', true],
    ['kept', true],
    ['withheld', true],
    ['deferred', false],
    ['failed', false],
  ])('with something %s is clean: %s', (outcome, clean) => {
    const { reporter } = reported([anOutcome({ outcome })]);
    expect([reporter.isClean, reporter.hasUnfinished]).toEqual([clean, !clean]);
  });

  it('that held something back is not clean, though nothing failed', () => {
    const { reporter } = reported([anOutcome()], ['too many']);
    expect([reporter.isClean, reporter.hasUnfinished]).toEqual([false, false]);
  });

  it('complains of nothing if nothing is wrong', () => {
    expect(reported([anOutcome(), anOutcome({ outcome: 'kept' })]).reporter.complaints).toEqual([]);
  });

  it('complains of each failure with its cause, then of each limit', () => {
    const { reporter } = reported(
      [
        anOutcome({ outcome: 'failed', error, detail: 'vol-1' }),
        anOutcome({ outcome: 'deferred', reason: 'out-of-time' }),
      ],
      ['too many'],
    );
    expect(reporter.complaints).toEqual([
      'delete snap-0123456789abcdef0: failed: InvalidSnapshot.InUse: The snapshot is in use (vol-1)',
      'delete snap-0123456789abcdef0: deferred: out-of-time',
      'too many',
    ]);
  });

  it('complains of ten of each, and says how many more there are', () => {
    const limits = many(15).map(({ resource }) => resource);
    const { reporter } = reported(many(1_200, { outcome: 'failed', error }), limits);
    expect(reporter.complaints).toHaveLength(21);
    expect(reporter.complaints.at(-1)).toBe('and 1195 more: see the log');
  });

  it('says of exactly ten of each that these are all', () => {
    const limits = many(10).map(({ resource }) => resource);
    const { reporter } = reported(many(10, { outcome: 'failed', error }), limits);
    expect(reporter.complaints).toHaveLength(20);
    expect(reporter.complaints.at(-1)).toBe('snap-9');
  });
});
