import { beforeEach, describe, expect, it } from 'vitest';
import { acquireLease, heartbeatOf, LeaseLostError, leaseSeconds } from '../../shared/lease.ts';
import type { Lease } from '../../shared/ledger/ledger.ts';
import { type FakeClock, fakeClock } from '../fakes.ts';

const slot = 'data/daily/2026-11-21T02:15:00Z';
const start = new Date('2026-11-21T02:15:00Z');

interface Renewal {
  slot: string;
  holder: string;
  until: string;
}

/** A heartbeat over a ledger that answers `answer` to every renewal. */
function heartbeatWith(clock: FakeClock, answer: () => Promise<boolean> = async () => true) {
  const renewals: Renewal[] = [];
  const renew = (renewed: string, holder: string, until: Date) => {
    renewals.push({ slot: renewed, holder, until: until.toISOString() });
    return answer();
  };
  const heartbeat = heartbeatOf({ slot, holder: 'request-1/a', ledger: { renew }, clock }, start);
  return { heartbeat, renewals };
}

describe('the heartbeat of a lease', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = fakeClock(start);
  });

  it('lasts less than the minute after which Lambda repeats a failed event', () => {
    expect(leaseSeconds).toBe(45);
  });

  it('renews nothing in the first ten seconds', async () => {
    const { heartbeat, renewals } = heartbeatWith(clock);
    await heartbeat();
    clock.advance(9_999);
    await heartbeat();
    expect(renewals).toEqual([]);
  });

  it('renews after ten seconds, for 45 from now', async () => {
    const { heartbeat, renewals } = heartbeatWith(clock);
    clock.advance(10_000);
    await heartbeat();
    expect(renewals).toEqual([{ slot, holder: 'request-1/a', until: '2026-11-21T02:15:55.000Z' }]);
  });

  it('renews again ten seconds after the last renewal', async () => {
    const { heartbeat, renewals } = heartbeatWith(clock);
    clock.advance(12_000);
    await heartbeat();
    clock.advance(9_999);
    await heartbeat();
    expect(renewals).toHaveLength(1);
    clock.advance(1);
    await heartbeat();
    expect(renewals.map(({ until }) => until)).toEqual([
      '2026-11-21T02:15:57.000Z',
      '2026-11-21T02:16:07.000Z',
    ]);
  });

  it('counts from the moment when the renewal was asked for, not answered', async () => {
    const { heartbeat, renewals } = heartbeatWith(clock, async () => {
      clock.advance(6_000);
      return true;
    });
    clock.advance(10_000);
    await heartbeat();
    clock.advance(4_000);
    await heartbeat();
    expect(renewals).toHaveLength(2);
  });

  it('renews once for all that work side by side', async () => {
    let answer: (held: boolean) => void = () => {};
    const { heartbeat, renewals } = heartbeatWith(
      clock,
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    clock.advance(10_000);
    const beats = [heartbeat(), heartbeat(), heartbeat()];
    expect(renewals).toHaveLength(1);
    answer(true);
    await Promise.all(beats);
    await heartbeat();
    expect(renewals).toHaveLength(1);
  });

  it('throws once the lease is lost, to all and from then on', async () => {
    const { heartbeat, renewals } = heartbeatWith(clock, async () => false);
    clock.advance(10_000);
    const beats = await Promise.allSettled([heartbeat(), heartbeat()]);
    expect(beats.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(heartbeat()).rejects.toThrow(
      new LeaseLostError(`The lease on ${slot} went to another run, which goes on with it`),
    );
    expect(renewals).toHaveLength(2);
  });

  it('that the ledger does not answer throws as lost, and asks again at the next beat', async () => {
    const broken = new Error('The ledger could not be reached');
    const answers = [() => Promise.reject(broken), () => Promise.resolve(true)];
    const { heartbeat, renewals } = heartbeatWith(clock, () => (answers.shift() ?? (async () => true))());
    clock.advance(10_000);
    await expect(heartbeat()).rejects.toMatchObject({ name: 'LeaseLostError', cause: broken });
    await heartbeat();
    expect(renewals).toHaveLength(2);
  });
});

describe('acquiring a lease', () => {
  const request = { slot, holder: 'request-2/b', expires: new Date('2026-11-22T02:15:00Z') };
  const seconds = (count: number) => new Date(start.getTime() + count * 1_000);

  /** A lock that answers in turn what `answer` says of the time that has passed. */
  function lockThat(answer: (now: Date) => Lease, timeLeft = 900_000) {
    const clock = fakeClock(start);
    const asked: Date[] = [];
    const acquire = async ({ now }: { now: Date }) => {
      asked.push(now);
      return answer(now);
    };
    return { asked, result: acquireLease({ acquire }, request, { clock, timeLeft: () => timeLeft }) };
  }

  it('takes a free one at once', async () => {
    const { asked, result } = lockThat(() => ({ state: 'acquired' }));
    expect(await result).toEqual({ lease: { state: 'acquired' }, acquiredAt: start });
    expect(asked).toHaveLength(1);
  });

  it('leaves a slot that is done at once', async () => {
    expect((await lockThat(() => ({ state: 'done' })).result).lease).toEqual({ state: 'done' });
  });

  it('waits for the end of a lease whose holder died, and goes on in its place', async () => {
    const { result } = lockThat((now) =>
      now < seconds(43) ? { state: 'held', until: seconds(43) } : { state: 'acquired' },
    );
    expect(await result).toEqual({ lease: { state: 'acquired' }, acquiredAt: seconds(45) });
  });

  it('leaves once the holder has renewed: it lives', async () => {
    const { asked, result } = lockThat((now) => ({
      state: 'held',
      until: now < seconds(10) ? seconds(45) : seconds(55),
    }));
    expect((await result).lease).toEqual({ state: 'held', until: seconds(55) });
    expect(asked).toHaveLength(3);
  });

  it('leaves once the holder has finished', async () => {
    const { result } = lockThat((now) =>
      now < seconds(5) ? { state: 'held', until: seconds(45) } : { state: 'done' },
    );
    expect((await result).lease).toEqual({ state: 'done' });
  });

  it('does not wait without time', async () => {
    const { asked, result } = lockThat(() => ({ state: 'held', until: seconds(45) }), 5_000);
    expect((await result).lease).toEqual({ state: 'held', until: seconds(45) });
    expect(asked).toHaveLength(1);
  });
});
