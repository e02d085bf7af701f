import { describe, expect, test } from 'vitest';
import { dueSteps } from '../../functions/scale-group/due.ts';
import type { Member, Place } from '../../functions/scale-group/members.ts';
import { aMember, aPlace } from './scale-group-member.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

const stepOf = (member: Member) => {
  const [step, ...others] = dueSteps([member], now);
  expect(others).toEqual([]);
  return step && { kind: step.kind, reason: step.reason };
};

describe('one that takes load', () => {
  test('is left as it is where it belongs', () => {
    expect(
      stepOf(aMember({ places: [aPlace(), aPlace({ kind: 'load-balancer', id: 'old' })] })),
    ).toBeUndefined();
  });

  test('is registered where it is not, or is on its way out', () => {
    const places = [aPlace(), aPlace({ id: 'b', state: 'absent' }), aPlace({ id: 'c', state: 'draining' })];
    expect(dueSteps([aMember({ places })], now)).toMatchObject([
      { kind: 'register', reason: 'not-registered', places: [{ id: 'b' }, { id: 'c' }] },
    ]);
  });

  test.each<[string, Partial<Member>]>([
    ['only starts', { state: 'pending' }],
    ['is stopped', { state: 'stopped' }],
    ['is protected', { isProtected: true }],
  ])('is not registered while it %s', (_what, overrides) => {
    expect(stepOf(aMember({ places: [aPlace({ state: 'absent' })], ...overrides }))).toBeUndefined();
  });
});

describe('one that drains', () => {
  const draining = (places: Place[], overrides: Partial<Member> = {}) =>
    aMember({ places, drainingSince: ago(100), ...overrides });
  const leaving = aPlace({ state: 'draining', delaySeconds: 300 });
  const gone = aPlace({ state: 'absent', delaySeconds: 300 });

  test.each<[string, Member, string, string]>([
    ['is gone from everywhere', draining([gone, gone]), 'stop', 'drained'],
    ['was nowhere', draining([]), 'stop', 'drained'],
    ['still leaves one', draining([gone, leaving]), 'keep', 'draining'],
    ['had its time', draining([leaving], { drainingSince: ago(300) }), 'stop', 'delay-passed'],
    ['never got to be deregistered', draining([gone, aPlace()]), 'drain', 'still-registered'],
    [
      'never got to be deregistered, though its time is over',
      draining([aPlace({ delaySeconds: 300 })], { drainingSince: ago(900) }),
      'drain',
      'still-registered',
    ],
    ['is protected now', draining([leaving], { isProtected: true }), 'resume', 'protected'],
    ['was stopped, and started again', draining([gone], { startedAt: ago(60) }), 'resume', 'started-since'],
    [
      'was stopped, and only starts again',
      draining([gone], { startedAt: ago(5), state: 'pending' }),
      'resume',
      'started-since',
    ],
    ['only starts', draining([gone], { state: 'pending' }), 'keep', 'starting'],
    ['stops', draining([gone], { state: 'stopping' }), 'keep', 'stopping'],
    ['has stopped', draining([gone], { state: 'stopped' }), 'unmark', 'stopped'],
    [
      'has stopped, and is protected',
      draining([], { state: 'stopped', isProtected: true }),
      'unmark',
      'stopped',
    ],
  ])('and %s', (_what, member, kind, reason) => {
    expect(stepOf(member)).toEqual({ kind, reason });
  });

  test('has the time of the slowest of its balancers', () => {
    const slow = aPlace({ state: 'draining', delaySeconds: 600 });
    expect(dueSteps([draining([leaving, slow], { drainingSince: ago(301) })], now)).toMatchObject([
      { kind: 'keep', reason: 'draining', detail: 'for 299 s more at most' },
    ]);
  });

  test('since nobody knows when is stopped only when it is gone', () => {
    const unreadable = { drainingSince: new Date('soon') };
    expect(stepOf(draining([leaving], unreadable))).toEqual({ kind: 'keep', reason: 'draining' });
    expect(stepOf(draining([gone], unreadable))).toEqual({ kind: 'stop', reason: 'drained' });
  });
});
