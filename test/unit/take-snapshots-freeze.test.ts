import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { secondsFor, thawIn, whileFrozen } from '../../functions/take-snapshots/freeze.ts';
import type { FreezeOrder } from '../../functions/take-snapshots/freeze-scripts.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import { Machine } from './freeze-machine.ts';
import { SsmWire } from './ssm-wire.ts';

let machine: Machine;
let ssm: SsmWire;
let order: FreezeOrder;

beforeEach(() => {
  machine = new Machine();
  ssm = new SsmWire(machine);
  order = {
    key: 'the-set',
    token: 'one',
    paths: [machine.mount('www', '8:16')],
    freezeSeconds: 60,
    before: [],
    after: [],
    commandSeconds: 30,
  };
});

afterEach(() => machine.remove());

const instance = 'i-0123456789abcdef0';

function place(heartbeat?: () => Promise<void>) {
  const { clock } = ssm;
  const end = clock.now().getTime() + 870_000;
  const timeLeft = () => end - clock.now().getTime();
  return {
    ssm: async () => ssm.client,
    patience: { clock, random: () => 0.5, timeLeft, ...(heartbeat && { heartbeat }) },
  };
}

/** What is frozen while the work is done. */
const look = async () => machine.frozen;

describe('work on a frozen instance', () => {
  it('is done while all is frozen, and all is thawed after it', async () => {
    const done = await whileFrozen(place(), instance, order, async () => {
      machine.setTime(1_003);
      return look();
    });
    expect(done).toEqual({
      freeze: { state: 'frozen' },
      result: ['8:16'],
      thaw: { state: 'held', why: '', frozenSeconds: 3, followed: true },
    });
    expect([machine.frozen, machine.timers]).toEqual([[], []]);
  });

  it('that fails is followed by the thaw', async () => {
    const failing = async () => {
      throw new Error('AWS said no');
    };
    await expect(whileFrozen(place(), instance, order, failing)).rejects.toThrow('AWS said no');
    expect([machine.frozen, machine.timers]).toEqual([[], []]);
  });

  it('in a run that has lost its lease is followed by the thaw', async () => {
    let lost = false;
    const heartbeat = async () => {
      if (lost) throw new LeaseLostError('lost');
    };
    const failing = async () => {
      lost = true;
      throw new LeaseLostError('lost');
    };
    await expect(whileFrozen(place(heartbeat), instance, order, failing)).rejects.toThrow(LeaseLostError);
    expect(machine.frozen).toEqual([]);
  });

  it('has not much time, so that no instance stays frozen for AWS to become well again', async () => {
    const { result } = await whileFrozen(place(), instance, order, async ({ timeLeft }) => timeLeft());
    expect(result).toBe(12_000);
    const short = { ...order, token: 'two', freezeSeconds: 10 };
    expect(await whileFrozen(place(), instance, short, async ({ timeLeft }) => timeLeft())).toMatchObject({
      result: 8_000,
    });
  });

  it('that outlasts the watchdog is told so', async () => {
    const { thaw } = await whileFrozen(place(), instance, order, async () => {
      machine.setTime(1_060);
      machine.fireTimers();
    });
    expect(thaw).toMatchObject({ state: 'lost', why: 'the watchdog thawed it after 60 s' });
  });

  it('is followed by the commands that are to follow, and their failure is told', async () => {
    const { thaw } = await whileFrozen(place(), instance, { ...order, after: ['false'] }, look);
    expect(thaw).toMatchObject({ state: 'held', followed: false });
  });
});

describe('work is not done', () => {
  const work = async () => {
    throw new Error('It was done');
  };

  it('where the instance refuses the freeze', async () => {
    const refused = { ...order, paths: [machine.path('none')] };
    const { freeze, result } = await whileFrozen(place(), instance, refused, work);
    expect(freeze).toEqual({
      state: 'unconfirmed',
      why: `refused: ${machine.path('none')} is no directory`,
    });
    expect(result).toBeUndefined();
  });

  it('where SSM does not know the instance', async () => {
    ssm.refusal = { send: 1, error: { code: 'InvalidInstanceId', status: 400 } };
    const { freeze } = await whileFrozen(place(), instance, order, work);
    expect(freeze).toEqual({ state: 'unconfirmed', why: 'InvalidInstanceId: InvalidInstanceId' });
  });

  it('where the answer does not come in time, and a freeze that comes later does not begin', async () => {
    ssm.stuck = 1;
    const { freeze, thaw } = await whileFrozen(place(), instance, order, work);
    expect(freeze).toMatchObject({ state: 'unconfirmed', why: expect.stringContaining('in time') });
    expect(thaw.state).toBe('unknown');
    expect(ssm.runLate(1)).toBe('refused: the run did not wait');
    expect(machine.frozen).toEqual([]);
  });

  it('in a run that has lost its lease, and what it froze is thawed', async () => {
    const heartbeat = async () => {
      if (machine.frozen.length > 0 || ssm.calls.length > 1) throw new LeaseLostError('lost');
    };
    await expect(whileFrozen(place(heartbeat), instance, order, work)).rejects.toThrow(LeaseLostError);
    expect(ssm.calls.filter((call) => call === 'SendCommand')).toHaveLength(2);
    expect(machine.frozen).toEqual([]);
  });
});

it('a freeze of which SSM lost the answer is asked for again, and done once', async () => {
  ssm.refusal = { send: 1, error: { code: 'InternalServerError', status: 500 } };
  const { freeze, thaw } = await whileFrozen(place(), instance, order, look);
  expect([freeze.state, thaw.state]).toEqual(['frozen', 'held']);
  expect(machine.text('fsfreeze.log').match(/^-f/gm)).toHaveLength(1);
});

describe('an answer to a thaw', () => {
  test.each([
    ['thawed run held 4 after none', { state: 'held', frozenSeconds: 4, followed: true }],
    ['thawed run held 4 after failed', { state: 'held', frozenSeconds: 4, followed: false }],
    ['thawed run lost 4 after none', { state: 'lost', why: 'it was thawed by another' }],
    ['thawed watchdog held 60 after done', { state: 'lost', frozenSeconds: 60, followed: true }],
    ['thawed next held 9 after none', { state: 'lost' }],
    ['thawed nothing', { state: 'unknown', why: 'the thaw: thawed nothing' }],
    ['', { state: 'unknown', why: 'the thaw: no answer' }],
  ])('%j is understood', (said, expected) => {
    expect(thawIn(said)).toMatchObject(expected);
  });
});

test.each([
  [{ before: [], after: [], commandSeconds: 60 }, 102],
  [{ before: ['a'], after: [], commandSeconds: 60 }, 162],
  [{ before: ['a'], after: ['b'], commandSeconds: 60 }, 222],
  // More than a run has would never begin.
  [{ before: ['a'], after: ['b'], commandSeconds: 600 }, 600],
])('a freeze with %j is begun with %i s left', (timed, seconds) => {
  expect(secondsFor(timed)).toBe(seconds);
});
