import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { patienceByHand } from '../../functions/sync-assets/cli-patience.ts';
import { natureOf } from '../../shared/aws/errors.ts';
import { type PersistOptions, persist } from '../../shared/aws/persist.ts';
import { fakeClock } from '../fakes.ts';

const failure = (name: string, status = 400) =>
  Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: status } });

const throttled = failure('RequestLimitExceeded', 503);
const volumeRate = failure('SnapshotCreationPerVolumeRateExceeded');
const unanswered = failure('InternalError', 500);

/** A call that fails with these, one after another, and then answers `made`. */
function call(...failures: readonly unknown[]) {
  const left = [...failures];
  const calls: Date[] = [];
  return {
    calls,
    attempt: (clock: { now(): Date }) => async () => {
      calls.push(clock.now());
      if (left.length > 0) throw left.shift();
      return 'made';
    },
  };
}

/** What `persist` did, in the order in which it did it. */
async function run(
  failures: readonly unknown[],
  {
    time = 900_000,
    random = 0,
    ...options
  }: {
    time?: number;
    random?: number;
    find?: (string | undefined)[];
    heart?: boolean;
    answerIn?: number;
  } = {},
) {
  const clock = fakeClock();
  const end = clock.now().getTime() + time;
  const steps: string[] = [];
  const left = [...failures];
  const finds = [...(options.find ?? [])];
  const attempt = async () => {
    steps.push('attempt');
    clock.advance(options.answerIn ?? 0);
    if (left.length > 0) throw left.shift();
    return 'made';
  };
  const persistOptions: PersistOptions<string> = {
    ...(options.find && {
      find: async () => {
        steps.push('look');
        return finds.shift();
      },
    }),
  };
  const patience = {
    ...(options.heart && {
      heartbeat: async () => {
        steps.push('heartbeat');
      },
    }),
    random: () => random,
    timeLeft: () => end - clock.now().getTime(),
    clock: {
      ...clock,
      sleep: async (milliseconds: number) => {
        steps.push(`sleep ${milliseconds}`);
        await clock.sleep(milliseconds);
      },
    },
  };
  const outcome = await persist(attempt, patience, persistOptions).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, steps, overdue: clock.now().getTime() > end };
}

describe('a call that', () => {
  it('succeeds is made once, without a wait', async () => {
    expect(await run([])).toMatchObject({ value: 'made', steps: ['attempt'] });
  });

  test.each([
    ['is refused', failure('UnauthorizedOperation', 403)],
    ['meets an account limit', failure('SnapshotLimitExceeded')],
    ['meets too many of its kind that are pending', failure('ConcurrentSnapshotLimitExceeded')],
    ['finds nothing there', failure('InvalidSnapshot.NotFound')],
    ['finds it in use', failure('InvalidSnapshot.InUse')],
    ['fails in our own code', new TypeError('x is not a function')],
    ['throws something that is no error', 'text'],
    ['throws nothing', undefined],
  ])('%s throws that at once', async (_what, error) => {
    const result = await run([error], { find: ['earlier'], heart: true });
    expect(result).toMatchObject({ steps: ['heartbeat', 'attempt'] });
    expect('error' in result && result.error).toBe(error);
  });

  it('is throttled is repeated after waits that double up to ten seconds', async () => {
    const result = await run(Array(8).fill(throttled), { random: 1 - Number.EPSILON });
    expect(result).toMatchObject({ value: 'made' });
    const waits = result.steps.filter((step) => step !== 'attempt').map((step) => Number(step.slice(6)));
    expect(waits.map(Math.round)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('is throttled waits at least half of that, so that many do not come back together', async () => {
    const result = await run([throttled, throttled]);
    expect(result.steps).toEqual(['attempt', 'sleep 125', 'attempt', 'sleep 250', 'attempt']);
  });

  it('is throttled is never looked for: it was certainly not done', async () => {
    expect((await run([throttled], { find: ['earlier'] })).steps).toEqual([
      'attempt',
      'sleep 125',
      'attempt',
    ]);
  });

  it('is throttled for ever is repeated until the time runs out, then throws the last refusal', async () => {
    const result = await run(Array(1_000).fill(throttled), { time: 60_000 });
    expect('error' in result && result.error).toBe(throttled);
    expect(result.overdue).toBe(false);
    expect(result.steps.filter((step) => step === 'attempt').length).toBeGreaterThan(10);
  });

  it("exceeds a volume's rate is repeated 15 seconds later, or up to one more", async () => {
    expect((await run([volumeRate])).steps).toEqual(['attempt', 'sleep 15000', 'attempt']);
    expect((await run([volumeRate], { random: 0.5 })).steps[1]).toBe('sleep 15500');
  });

  it("exceeds a volume's rate with less than 15 seconds left throws", async () => {
    expect(await run([volumeRate], { time: 15_000 })).toMatchObject({
      error: volumeRate,
      steps: ['attempt'],
    });
    expect(await run([volumeRate], { time: 15_001 })).toMatchObject({ value: 'made' });
  });

  it('is not answered is repeated, where repeating does no harm', async () => {
    expect((await run([unanswered])).steps).toEqual(['attempt', 'sleep 125', 'attempt']);
  });

  it('is not answered is looked for before it is repeated, once it can be seen', async () => {
    const result = await run([unanswered], { find: [undefined] });
    expect(result).toMatchObject({
      value: 'made',
      steps: ['attempt', 'sleep 5125', 'look', 'attempt'],
    });
  });

  it('is not answered but was done is not repeated', async () => {
    const result = await run([unanswered], { find: ['earlier'] });
    expect(result).toMatchObject({ value: 'earlier', steps: ['attempt', 'sleep 5125', 'look'] });
  });

  it('was once not answered is looked for before every repetition, whatever follows', async () => {
    const result = await run([unanswered, throttled, volumeRate], {
      find: [undefined, undefined, 'earlier'],
    });
    expect(result).toMatchObject({
      value: 'earlier',
      steps: [
        'attempt',
        'sleep 5125',
        'look',
        'attempt',
        'sleep 250',
        'look',
        'attempt',
        'sleep 15000',
        'look',
      ],
    });
  });

  it('is not answered, with too little time to look, throws', async () => {
    const result = await run([unanswered], { time: 5_000, find: ['earlier'] });
    expect(result).toMatchObject({ error: unanswered, steps: ['attempt'] });
  });

  it('finds a look failing throws that', async () => {
    const clock = fakeClock();
    const broken = new Error('Snapshots could not be read');
    const { attempt, calls } = call(unanswered);
    const patience = { clock, random: () => 0, timeLeft: () => 900_000 };
    const find = async () => {
      throw broken;
    };
    await expect(persist(attempt(clock), patience, { find })).rejects.toBe(broken);
    expect(calls).toHaveLength(1);
  });

  it('takes its time is repeated only with time left after its answer', async () => {
    expect(await run([throttled], { time: 15_000, answerIn: 14_900 })).toMatchObject({
      error: throttled,
      steps: ['attempt'],
    });
  });
});

describe('a call that nobody answers, by hand,', () => {
  const byHand = (clock: ReturnType<typeof fakeClock>) => ({ ...patienceByHand(clock), random: () => 0.5 });
  const forever = (error: unknown) => Array.from({ length: 100 }, () => error);
  const seconds = (clock: ReturnType<typeof fakeClock>, from: Date) =>
    (clock.now().getTime() - from.getTime()) / 1_000;

  it.each([
    ['a refused connection', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['an unknown host', Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })],
    ['a server that is broken', failure('InternalError', 500)],
  ])('is given up within 30 seconds: %s', async (_, error) => {
    const clock = fakeClock();
    const began = clock.now();
    const { attempt, calls } = call(...forever(error));
    await expect(persist(attempt(clock), byHand(clock))).rejects.toBe(error);
    expect(seconds(clock, began)).toBeGreaterThan(15);
    expect(seconds(clock, began)).toBeLessThanOrEqual(30);
    expect(calls.length).toBeGreaterThan(4);
  });

  it('goes on for as long as it is refused for its rate', async () => {
    const clock = fakeClock();
    const { attempt, calls } = call(...forever(throttled));
    await expect(persist(attempt(clock), byHand(clock))).resolves.toBe('made');
    expect(calls).toHaveLength(101);
  });

  it('ends the run, unless another call was answered meanwhile', async () => {
    const clock = fakeClock();
    const patience = byHand(clock);
    await persist(async () => 'before', patience);
    let answering = true;
    const attempt = async () => {
      // Beside it.
      if (answering) await persist(async () => 'meanwhile', patience);
      throw unanswered;
    };
    clock.advance(1);
    await expect(persist(attempt, patience)).rejects.toBe(unanswered);
    expect(patience.timeLeft()).toBeGreaterThan(1_000_000);
    answering = false;
    clock.advance(1);
    await expect(persist(attempt, patience)).rejects.toBe(unanswered);
    expect(patience.timeLeft()).toBe(0);
  });

  it('is tried four times at least, however long an attempt takes on a slow line', async () => {
    const clock = fakeClock();
    let attempts = 0;
    const attempt = async () => {
      attempts += 1;
      clock.advance(200_000);
      if (attempts < 4) throw unanswered;
      return 'made';
    };
    await expect(persist(attempt, byHand(clock))).resolves.toBe('made');
  });
});

describe('the heartbeat', () => {
  it('beats before every attempt and before every look', async () => {
    const { steps } = await run([throttled, unanswered], { find: [undefined], heart: true });
    expect(steps).toEqual([
      'heartbeat',
      'attempt',
      'sleep 125',
      'heartbeat',
      'attempt',
      'sleep 5250',
      'heartbeat',
      'look',
      'heartbeat',
      'attempt',
    ]);
  });

  it('that fails ends the call before the next attempt', async () => {
    const clock = fakeClock();
    const lost = new Error('The lease is lost');
    const { attempt, calls } = call(throttled);
    let beats = 0;
    const heartbeat = async () => {
      beats += 1;
      if (beats === 2) throw lost;
    };
    const patience = { clock, random: () => 0, timeLeft: () => 900_000, heartbeat };
    await expect(persist(attempt(clock), patience)).rejects.toBe(lost);
    expect(calls).toHaveLength(1);
  });
});

describe('the confirmation', () => {
  it('is asked before every attempt, and ends the call when it throws', async () => {
    const clock = fakeClock();
    const changed = new Error('Decided anew');
    const { attempt, calls } = call(throttled);
    let asked = 0;
    const confirm = async () => {
      asked += 1;
      if (asked === 2) throw changed;
    };
    const patience = { clock, random: () => 0, timeLeft: () => 900_000 };
    await expect(persist(attempt(clock), patience, { confirm })).rejects.toBe(changed);
    expect(calls).toHaveLength(1);
  });
});

it('says that it may be done when a refusal follows an attempt that was not answered', async () => {
  const refused = failure('UnauthorizedOperation', 403);
  const result = await run([unanswered, refused], { find: [undefined] });
  expect(result).toMatchObject({ error: { name: 'UncertainError', cause: refused } });
  expect('error' in result && natureOf(result.error)).toBe('unknown-outcome');
});

it('never sleeps past the end of the time, and never repeats what was refused', async () => {
  const refused = failure('UnauthorizedOperation', 403);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(throttled, volumeRate, unanswered, refused), { maxLength: 30 }),
      fc.integer({ min: 0, max: 120_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.boolean(),
      async (failures, time, random, looks) => {
        const result = await run(failures, { time, random, ...(looks && { find: [] }) });
        expect(result.overdue).toBe(false);
        const attempts = result.steps.filter((step) => step === 'attempt').length;
        const firstRefusal = failures.indexOf(refused);
        expect(attempts).toBeLessThanOrEqual((firstRefusal < 0 ? failures.length : firstRefusal) + 1);
        const isUncertain = looks && failures.slice(0, attempts - 1).includes(unanswered);
        if ('error' in result && isUncertain) {
          expect(result.error).toMatchObject({ name: 'UncertainError', cause: failures[attempts - 1] });
        } else if ('error' in result) expect(result.error).toBe(failures[attempts - 1]);
        else expect(attempts).toBe(failures.length + 1);
      },
    ),
  );
});
