import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addTo,
  chooseDrain,
  chooseStart,
  drainable,
  resumable,
  startable,
  zonesOf,
} from '../../functions/scale-group/choose.ts';
import {
  counts,
  groupOf,
  isInService,
  type Member,
  type Place,
  toMember,
} from '../../functions/scale-group/members.ts';
import { anInstance } from '../builders.ts';
import { aMember, aPlace } from './scale-group-member.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const warmup = { warmupSeconds: 180, now };

describe('a member', () => {
  const member = (tags: Record<string, string>, places: Place[] = [], isImpaired = false) =>
    toMember(anInstance({ tags, launchedAt: ago(3_600) }), { places, isImpaired }, warmup);

  test.each([
    ['true', true],
    ['', true],
    ['yes', true],
    ['false', false],
  ])('with groundskeeper:protected "%s" is protected: %s', (value, isProtected) => {
    expect(member({ 'groundskeeper:protected': value }).isProtected).toBe(isProtected);
  });

  test('is not protected without that tag', () => {
    expect(member({}).isProtected).toBe(false);
  });

  test('that EC2 would not stop is as if it were protected', () => {
    const instance = anInstance({ isStoppable: false });
    expect(toMember(instance, { places: [], isImpaired: false }, warmup).isProtected).toBe(true);
  });

  test.each([
    ['Client.UserInitiatedShutdown', undefined],
    ['Client.UserInitiatedHibernate', undefined],
    ['Client.InstanceInitiatedShutdown', undefined],
    ['Server.ScheduledStop', undefined],
    ['Client.InternalError', { name: 'Client.InternalError', message: 'why' }],
    ['Server.InternalError', { name: 'Server.InternalError', message: 'why' }],
  ])('that has stopped for %s has failed: %j', (code, failure) => {
    const stopped = anInstance({ state: 'stopped', stateReason: { code, message: 'why' } });
    expect(toMember(stopped, { places: [], isImpaired: false }, warmup).failure).toEqual(failure);
  });

  test('drains since the time of its mark, and does not count', () => {
    const draining = member({ 'groundskeeper:draining': '2026-11-21T11:58:00.000Z' });
    expect(draining.drainingSince).toEqual(new Date('2026-11-21T11:58:00.000Z'));
    expect(counts(draining)).toBe(false);
  });

  test('with a mark that nobody can read drains, too', () => {
    expect(counts(member({ 'groundskeeper:draining': 'soon' }))).toBe(false);
  });

  test("is unhealthy by a balancer's checks, or by EC2's", () => {
    expect(member({}, [aPlace({ isUnhealthy: true })]).isUnhealthy).toBe(true);
    expect(member({}, [], true).isUnhealthy).toBe(true);
    expect(member({}, [aPlace()]).isUnhealthy).toBe(false);
  });

  test.each<[string, number, boolean]>([
    ['running', 179, true],
    ['running', 180, false],
    ['pending', 3_600, true],
  ])('that is %s, and was started %i seconds ago, is starting: %s', (state, seconds, isStarting) => {
    const instance = anInstance({ state, launchedAt: ago(seconds) });
    expect(toMember(instance, { places: [], isImpaired: false }, warmup).isStarting).toBe(isStarting);
  });

  test('is not called unhealthy before it had the time to warm up', () => {
    const young = anInstance({ launchedAt: ago(179) });
    expect(toMember(young, { places: [], isImpaired: true }, warmup).isUnhealthy).toBe(false);
  });

  test('whose stop EC2 does not date counts as stopped since its start', () => {
    const stopped = anInstance({ state: 'stopped', launchedAt: ago(900), stoppedAt: undefined });
    expect(toMember(stopped, { places: [], isImpaired: false }, warmup).stoppedAt).toEqual(ago(900));
  });
});

describe('a group', () => {
  test('has the capacity of what runs or starts and does not drain', () => {
    const members = [
      aMember({ startedAt: ago(600) }),
      aMember({ startedAt: ago(60), isStarting: true }),
      aMember({ state: 'pending', startedAt: ago(5), isStarting: true }),
      aMember({ drainingSince: ago(30) }),
      aMember({ state: 'stopping' }),
      aMember({ state: 'stopped' }),
    ];
    expect(groupOf(members, warmup)).toEqual({
      capacity: 3,
      starting: 2,
      serving: [ago(420), new Date(now.getTime() + 120_000)],
      minimum: 0,
      maximum: 6,
    });
    expect(members.filter(isInService)).toEqual([members[0]]);
  });

  test('does not have load taken by those that are ill, which count all the same', () => {
    expect(groupOf([aMember({ isUnhealthy: true })], warmup)).toMatchObject({ capacity: 1, serving: [] });
  });

  test('reaches no further than what is protected lets it', () => {
    const members = [
      aMember({ isProtected: true }),
      aMember({ isProtected: true, state: 'stopped' }),
      aMember(),
      aMember({ state: 'stopped' }),
    ];
    expect(groupOf(members, warmup)).toMatchObject({ capacity: 2, minimum: 1, maximum: 3 });
  });
});

describe('the next one to start', () => {
  const stopped = (overrides: Partial<Member>) => aMember({ state: 'stopped', ...overrides });
  const choose = (members: readonly Member[]) => chooseStart(startable(members), zonesOf(members))?.id;

  test('is in the zone where the fewest count', () => {
    const members = [
      aMember({ zone: 'a' }),
      aMember({ zone: 'b', drainingSince: ago(5) }),
      stopped({ id: 'i-a', zone: 'a', stoppedAt: ago(900) }),
      stopped({ id: 'i-b', zone: 'b', stoppedAt: ago(60) }),
    ];
    expect(choose(members)).toBe('i-b');
  });

  test('is one that has failed only if there is no other', () => {
    const failure = { name: 'Client.InternalError', message: 'Client error on launch' };
    const failed = aMember({ state: 'stopped', failure });
    const other = aMember({ state: 'stopped', zone: 'eu-west-1b' });
    const zones = new Map([['eu-west-1b', 3]]);
    expect(chooseStart([failed, other], zones)).toBe(other);
    expect(chooseStart([failed], zones)).toBe(failed);
  });

  test('was stopped the longest', () => {
    const members = [
      stopped({ id: 'i-1', stoppedAt: ago(60) }),
      stopped({ id: 'i-2', stoppedAt: ago(900) }),
      stopped({ id: 'i-3', stoppedAt: ago(300) }),
    ];
    expect(choose(members)).toBe('i-2');
  });

  test('is of equals the first by its id, in whatever order they come', () => {
    const members = [stopped({ id: 'i-2' }), stopped({ id: 'i-1' }), stopped({ id: 'i-3' })];
    expect(choose(members)).toBe('i-1');
    expect(choose(members.toReversed())).toBe('i-1');
  });

  test.each<[string, Partial<Member>]>([
    ['protected', { isProtected: true }],
    ['stopping', { state: 'stopping' }],
    ['running', { state: 'running' }],
  ])('is none that is %s', (_what, overrides) => {
    expect(choose([stopped(overrides)])).toBeUndefined();
  });
});

describe('the next one to go', () => {
  const choose = (members: readonly Member[]) => chooseDrain(drainable(members), zonesOf(members))?.id;

  test('is one that is ill, wherever it is', () => {
    const members = [
      aMember({ zone: 'a', startedAt: ago(9_000) }),
      aMember({ zone: 'a', startedAt: ago(8_000) }),
      aMember({ id: 'i-ill', zone: 'b', startedAt: ago(600), isUnhealthy: true }),
    ];
    expect(choose(members)).toBe('i-ill');
  });

  test('is one that takes no load yet before one that does', () => {
    const members = [
      aMember({ zone: 'a', startedAt: ago(9_000) }),
      aMember({ zone: 'a', startedAt: ago(8_000) }),
      aMember({ id: 'i-new', zone: 'b', startedAt: ago(60), isStarting: true }),
    ];
    expect(choose(members)).toBe('i-new');
  });

  test('is in the zone where the most count, the protected among them', () => {
    const members = [
      aMember({ id: 'i-a', zone: 'a', startedAt: ago(9_000) }),
      aMember({ id: 'i-b', zone: 'b', startedAt: ago(600) }),
      aMember({ zone: 'b', startedAt: ago(700), isProtected: true }),
    ];
    expect(choose(members)).toBe('i-b');
  });

  test('runs the longest', () => {
    const members = [aMember({ id: 'i-1', startedAt: ago(60) }), aMember({ id: 'i-2', startedAt: ago(900) })];
    expect(choose(members)).toBe('i-2');
  });

  test.each<[string, Partial<Member>]>([
    ['is protected', { isProtected: true }],
    ['drains already', { drainingSince: ago(5) }],
    ['is stopped', { state: 'stopped' }],
  ])('is none that %s', (_what, overrides) => {
    expect(choose([aMember(overrides)])).toBeUndefined();
  });
});

describe('the drains that are called off', () => {
  test('are those begun last, first', () => {
    const members = [
      aMember({ id: 'i-1', drainingSince: ago(90) }),
      aMember({ id: 'i-2', drainingSince: ago(30) }),
      aMember({ id: 'i-3', drainingSince: new Date('soon') }),
    ];
    expect(resumable(members).map(({ id }) => id)).toEqual(['i-2', 'i-1', 'i-3']);
  });

  test.each<[string, Partial<Member>]>([
    ['one that is ill', { isUnhealthy: true }],
    ['one that stops already', { state: 'stopping' }],
    ['one that is protected', { isProtected: true }],
  ])('are not that of %s', (_what, overrides) => {
    expect(resumable([aMember({ drainingSince: ago(30), ...overrides })])).toEqual([]);
  });
});

describe('choosing', () => {
  const zones = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 30 });

  const spread = (members: readonly Member[]): number => {
    const sizes = ['a', 'b', 'c'].map((zone) => members.filter((member) => member.zone === zone).length);
    return Math.max(...sizes) - Math.min(...sizes);
  };

  test('of enough in every zone keeps the zones within one of each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (count) => {
        const members = ['a', 'b', 'c'].flatMap((zone) =>
          Array.from({ length: 10 }, () => aMember({ zone, state: 'stopped' })),
        );
        expect(spread(startedOf(members, count))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('to go never makes the zones more uneven', () => {
    fc.assert(
      fc.property(zones, fc.nat(30), (placed, count) => {
        const members = placed.map((zone) => aMember({ zone }));
        const staying = remainingOf(members, count);
        expect(staying).toHaveLength(Math.max(0, members.length - count));
        if (staying.length > 0) expect(spread(staying)).toBeLessThanOrEqual(Math.max(1, spread(members)));
      }),
    );
  });

  function startedOf(members: readonly Member[], count: number): Member[] {
    const counted = zonesOf(members);
    const started: Member[] = [];
    while (started.length < count) {
      const next = chooseStart(
        members.filter((member) => !started.includes(member)),
        counted,
      );
      if (!next) break;
      addTo(counted, next);
      started.push(next);
    }
    return started;
  }

  function remainingOf(members: readonly Member[], count: number): Member[] {
    const counted = zonesOf(members);
    let staying = [...members];
    for (let gone = 0; gone < count; gone += 1) {
      const next = chooseDrain(staying, counted);
      if (!next) break;
      addTo(counted, next, -1);
      staying = staying.filter((member) => member !== next);
    }
    return staying;
  }
});
