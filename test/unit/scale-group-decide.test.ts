import { describe, expect, it } from 'vitest';
import { decideCapacity } from '../../functions/scale-group/decide.ts';
import type { GroupState } from '../../functions/scale-group/group.ts';
import {
  aGroup,
  ago,
  aSubject,
  backlogPolicy,
  inPolicy,
  now,
  outPolicy,
  rings,
  shows,
  targetPolicy,
  unknown,
} from './scale-group-subject.ts';

const high = rings();
const low = rings({ name: 'cpu-low', threshold: 30, rings: 'below', value: 20 });
const silent = rings({ state: 'OK' });
const decide = (...given: Parameters<typeof aSubject>) => decideCapacity(aSubject(...given));
const steady = (value: number) => shows(value, value, value, value, value);

describe('a group under load', () => {
  it('grows by what a step says, within the bounds, and says how', () => {
    const job = { policies: [outPolicy], maximum: 10 };
    expect(decide({ job, signals: [high], group: aGroup({ capacity: 9 }) })).toEqual({
      kind: 'scale-out',
      reason: 'step',
      from: 9,
      to: 10,
      arithmetic: '+3: 13.4 over the threshold 60 of cpu-high, step 1; clamped 12 to 10 by the plan',
    });
    expect(decide({ job, signals: [high] })).toMatchObject({
      kind: 'keep',
      reason: 'enough',
      arithmetic: expect.stringContaining('clamped 13 to 10 by the plan'),
    });
  });

  it('follows the policy that demands most', () => {
    const job = { policies: [outPolicy, targetPolicy, backlogPolicy] };
    const by = (messages: number, cpu: number) =>
      decide({ job, signals: [high, steady(cpu), steady(messages)] });
    expect(by(100, 60)).toMatchObject({ to: 13, reason: 'step' });
    expect(by(100, 90)).toMatchObject({ to: 15, reason: 'target' });
    expect(by(2000, 90)).toMatchObject({ to: 20, reason: 'backlog' });
  });

  it('grows though another policy knows nothing', () => {
    const job = { policies: [outPolicy, inPolicy] };
    expect(decide({ job, signals: [high, unknown] })).toMatchObject({ kind: 'scale-out', to: 13 });
  });

  it('waits for the cooldown after it has grown, not after it has shrunk', () => {
    const job = { policies: [outPolicy], cooldown: { outSeconds: 120 } };
    const having = (state: GroupState) => decide({ job, signals: [high], state });
    expect(having({ lastOut: { at: ago(119), from: 7, to: 10 } })).toMatchObject({
      kind: 'keep',
      reason: 'cooldown-out',
      arithmetic: '+3: 13.4 over the threshold 60 of cpu-high, step 1; the cooldown ends in 1 s',
    });
    expect(having({ begun: { at: ago(119), from: 7, to: 10 } })).toMatchObject({ reason: 'cooldown-out' });
    expect(having({ lastOut: { at: ago(120), from: 7, to: 10 } })).toMatchObject({ kind: 'scale-out' });
    expect(having({ lastIn: { at: ago(1), from: 12, to: 10 } })).toMatchObject({ kind: 'scale-out' });
  });
});

describe('a group with less to do', () => {
  const job = { policies: [inPolicy] };

  it('shrinks once its alarm has rung for the whole window', () => {
    expect(decide({ job, signals: [low] })).toEqual({
      kind: 'scale-in',
      reason: 'step',
      from: 10,
      to: 8,
      arithmetic: '-2: 10 under the threshold 30 of cpu-low, step 1',
    });
    const signals = [rings({ rings: 'below', threshold: 30, value: 20, since: ago(200) })];
    expect(decide({ job, signals })).toMatchObject({
      kind: 'keep',
      reason: 'stabilizing',
      to: 10,
      arithmetic: expect.stringContaining('not for all of 300 s'),
    });
  });

  it('shrinks as far as all its policies agree, of which those without a demand are none', () => {
    const policies = [outPolicy, inPolicy, targetPolicy];
    const by = (cpu: ReturnType<typeof shows>) => decide({ job: { policies }, signals: [silent, low, cpu] });
    expect(by(steady(30))).toMatchObject({ kind: 'scale-in', to: 8, reason: 'step' });
    expect(by(steady(53))).toMatchObject({ kind: 'scale-in', to: 9, reason: 'target' });
    expect(by(shows(30, 53, 30, 30, 30))).toMatchObject({ kind: 'scale-in', to: 9, reason: 'target' });
    expect(by(steady(60))).toMatchObject({ kind: 'keep', reason: 'enough' });
    expect(by(shows(30, 60, 30, 30, 30))).toMatchObject({ kind: 'keep', reason: 'stabilizing' });
    expect(by(shows(30, undefined, 30, 30, 30))).toMatchObject({ kind: 'keep', reason: 'signal-unknown' });
  });

  it('keeps all while a policy knows nothing', () => {
    const policies = [inPolicy, outPolicy];
    expect(decide({ job: { policies }, signals: [low, unknown] })).toMatchObject({
      kind: 'keep',
      reason: 'signal-unknown',
      arithmetic: 'queue-age does not exist',
    });
    const mute = rings({ state: 'INSUFFICIENT_DATA' });
    expect(decide({ job: { policies }, signals: [low, mute] })).toMatchObject({ reason: 'signal-unknown' });
    expect(decide({ job: { policies }, signals: [low, silent] })).toMatchObject({ kind: 'scale-in' });
  });

  it('waits for the cooldown after any change, and for what was added to warm up', () => {
    const having = (state: GroupState, rest = {}) =>
      decide({ job: { ...job, ...rest }, signals: [low], state });
    const out = (seconds: number): GroupState => ({ lastOut: { at: ago(seconds), from: 8, to: 10 } });
    const shrunk = (seconds: number): GroupState => ({ lastIn: { at: ago(seconds), from: 12, to: 10 } });
    expect(having(out(299))).toMatchObject({ reason: 'cooldown-in' });
    expect(having(out(300))).toMatchObject({ kind: 'scale-in' });
    expect(having(shrunk(299))).toMatchObject({ reason: 'cooldown-in' });
    expect(having(shrunk(300))).toMatchObject({ kind: 'scale-in' });
    expect(having({ begun: { at: ago(299), from: 12, to: 10 } })).toMatchObject({ reason: 'cooldown-in' });
    expect(having(out(599), { warmupSeconds: 600 })).toMatchObject({ reason: 'cooldown-in' });
    expect(having(shrunk(300), { warmupSeconds: 600 })).toMatchObject({ kind: 'scale-in' });
  });

  it('keeps all that a target wants as long as it is not known which way', () => {
    expect(decide({ job: { policies: [targetPolicy] }, signals: [shows()] })).toMatchObject({
      kind: 'keep',
      reason: 'signal-unknown',
    });
  });
});

describe('bounds', () => {
  const night = { schedule: [{ at: '00:00', maximum: 6 }] };
  const day = { schedule: [{ at: '00:00', minimum: 12 }] };
  const justNow = { lastOut: { at: ago(1), from: 8, to: 9 }, lastIn: { at: ago(1), from: 9, to: 8 } };

  it('of the schedule hold at once, without cooldown or window, against any alarm', () => {
    expect(decide({ job: { ...day, policies: [inPolicy] }, signals: [low], state: justNow })).toMatchObject({
      kind: 'scale-out',
      reason: 'schedule',
      to: 12,
      arithmetic: 'at least 12 by the schedule since 00:00',
    });
    expect(
      decide({ job: { ...night, policies: [outPolicy] }, signals: [high], state: justNow }),
    ).toMatchObject({
      kind: 'scale-in',
      reason: 'schedule',
      to: 6,
    });
    expect(decide({ job: night, signals: [] })).toMatchObject({ kind: 'scale-in', to: 6 });
  });

  it('are obeyed though a policy that wants more has to wait', () => {
    const job = { ...day, policies: [targetPolicy] };
    expect(decide({ job, signals: [steady(90)] })).toMatchObject({ reason: 'target', to: 15 });
    expect(decide({ job, signals: [steady(90)], state: justNow })).toMatchObject({
      reason: 'schedule',
      to: 12,
      arithmetic: expect.stringContaining('so far only 12'),
    });
    expect(decide({ job: { ...job, ...night }, signals: [steady(12)], state: justNow })).toMatchObject({
      reason: 'schedule',
      to: 6,
    });
  });

  it('of the plan and of the group itself are obeyed, too', () => {
    expect(decide({ job: { maximum: 8 } })).toMatchObject({ kind: 'scale-in', reason: 'bounds', to: 8 });
    expect(decide({ job: { minimum: 12 } })).toMatchObject({ kind: 'scale-out', reason: 'bounds', to: 12 });
    const group = aGroup({ capacity: 10, maximum: 11 });
    expect(decide({ job: { minimum: 12 }, group })).toMatchObject({ reason: 'bounds', to: 11 });
  });

  it('are all there is without policies', () => {
    expect(decide({ job: { minimum: 2 } })).toMatchObject({
      kind: 'keep',
      reason: 'enough',
      arithmetic: '10 is within 2 by the plan to 100 by the plan',
    });
  });
});

describe('a group that AWS holds', () => {
  it('is left alone, whoever wants what', () => {
    const held = (group: Parameters<typeof aGroup>[0], job: Record<string, unknown>, signals = [high]) =>
      decide({ group: aGroup(group), job, signals });
    const out = { policies: [outPolicy] };
    expect(held({ heldOut: 'refresh-in-progress' }, out)).toMatchObject({
      kind: 'keep',
      reason: 'refresh-in-progress',
      from: 10,
      to: 10,
      arithmetic: expect.stringContaining('not 13 now: refresh-in-progress'),
    });
    expect(held({ heldOut: 'launch-suspended' }, { minimum: 20 })).toMatchObject({
      reason: 'launch-suspended',
    });
    expect(held({ heldIn: 'terminate-suspended' }, { maximum: 5 })).toMatchObject({
      reason: 'terminate-suspended',
    });
    expect(held({ heldIn: 'terminate-suspended' }, out)).toMatchObject({ kind: 'scale-out' });
    expect(held({ heldOut: 'launch-suspended' }, { maximum: 5 })).toMatchObject({ kind: 'scale-in', to: 5 });
  });

  it('whose alarms are suspended still follows its bounds', () => {
    const group = aGroup({ ignoresPolicies: true });
    const job = { policies: [outPolicy] };
    expect(decide({ job, signals: [high], group })).toMatchObject({
      kind: 'keep',
      reason: 'alarms-suspended',
    });
    expect(decide({ job: { ...job, minimum: 12 }, signals: [high], group })).toMatchObject({ to: 12 });
  });
});

describe('the same event of an alarm', () => {
  const at = '2026-11-23T11:59:00.000+0000';
  const event = (overrides = {}) => ({
    policies: [outPolicy],
    alarm: { name: 'cpu-high', state: 'ALARM', at: '2026-11-23T11:59:00.000Z', ...overrides },
  });
  const acted = (transition: string, job: Record<string, unknown>) =>
    decide({ job, signals: [high], state: { actedOn: transition } });

  it('acts once, however it is written, and so does an older one', () => {
    expect(acted(at, event())).toMatchObject({ kind: 'keep', reason: 'already-acted', to: 10 });
    expect(acted(at, event({ at: '2026-11-23T11:58:00Z' }))).toMatchObject({
      reason: 'already-acted',
    });
  });

  it('does not hold up a newer one, or a tick', () => {
    expect(acted(at, event({ at: '2026-11-23T11:59:00.001Z' }))).toMatchObject({ to: 13 });
    expect(acted(at, { policies: [outPolicy], cause: 'tick' })).toMatchObject({ to: 13 });
  });
});

describe('by hand', () => {
  const override = { capacity: 6, until: new Date('2026-11-23T22:00:00Z'), before: 4 };
  const state = { override };
  const busy = { policies: [outPolicy], schedule: [{ at: '00:00', minimum: 8 }] };

  it('a capacity holds against load, schedule and cooldown, until its end', () => {
    const change = { at: ago(1), from: 9, to: 10 };
    expect(decide({ job: busy, signals: [high], state: { ...state, lastOut: change } })).toEqual({
      kind: 'scale-in',
      reason: 'override',
      from: 10,
      to: 6,
      arithmetic: '6 by hand until 2026-11-23T22:00:00.000Z',
    });
    const group = aGroup({ capacity: 6 });
    expect(decide({ job: busy, signals: [high], group, state })).toMatchObject({
      kind: 'keep',
      reason: 'overridden',
    });
  });

  it('a capacity is within the bounds of the plan and of the group', () => {
    expect(decide({ job: { minimum: 7 }, state })).toMatchObject({ to: 7, reason: 'override' });
    const group = aGroup({ capacity: 4, maximum: 5 });
    expect(decide({ group, state })).toMatchObject({
      to: 5,
      arithmetic: expect.stringContaining('clamped 6 to 5 by the group itself'),
    });
  });

  describe('at its end', () => {
    const ended = { override: { ...override, until: now } };
    const group = aGroup({ capacity: 6 });
    const end = (...[given]: Parameters<typeof aSubject>) => decide({ group, state: ended, ...given });

    it('is what there was before, in the bounds that hold now', () => {
      expect(end()).toMatchObject({
        kind: 'scale-in',
        reason: 'override-ended',
        to: 4,
        arithmetic: 'the override has ended: 4 as before',
      });
      expect(end({ job: { schedule: [{ at: '00:00', minimum: 9 }] } })).toMatchObject({ to: 9 });
      expect(end({ group: aGroup({ capacity: 4 }) })).toMatchObject({
        kind: 'keep',
        reason: 'override-ended',
      });
    });

    it('is what the policies agree to, if they demand anything', () => {
      const job = { policies: [targetPolicy] };
      expect(end({ job, signals: [steady(50)] })).toMatchObject({ to: 5, reason: 'override-ended' });
      expect(end({ job, signals: [steady(90)] })).toMatchObject({ to: 9, reason: 'override-ended' });
      expect(end({ job, signals: [shows(30, 80, 30, 30, 30)] })).toMatchObject({
        kind: 'keep',
        reason: 'override-ended',
      });
      expect(end({ job: { policies: [outPolicy] }, signals: [silent] })).toMatchObject({ to: 4 });
    });

    it('is not what a step would take from what a person has set', () => {
      const policies = [outPolicy, inPolicy];
      expect(end({ job: { policies }, signals: [silent, low] })).toMatchObject({ to: 4 });
      const justNow = rings({ name: 'cpu-low', threshold: 30, rings: 'below', value: 20, since: ago(60) });
      expect(end({ job: { policies }, signals: [silent, justNow] })).toMatchObject({ to: 4 });
      expect(end({ job: { policies }, signals: [high, low] })).toMatchObject({ to: 9 });
      const withTarget = { policies: [inPolicy, targetPolicy] };
      expect(end({ job: withTarget, signals: [low, steady(20)] })).toMatchObject({ to: 2 });
    });

    it('is no fewer while an alarm rings for which what still starts was added', () => {
      const starting = aGroup({ capacity: 6, starting: 3 });
      const job = { policies: [outPolicy] };
      expect(end({ job, signals: [high], group: starting })).toMatchObject({
        kind: 'keep',
        reason: 'override-ended',
        to: 6,
      });
      // Of none a step takes none away: the load does not ask for that.
      const ofNone = { job: { policies: [inPolicy] }, signals: [low], group: aGroup({ capacity: 0 }) };
      expect(end(ofNone)).toMatchObject({ to: 4 });
    });

    it('is nothing less while a policy knows nothing, and nothing is forgotten', () => {
      expect(end({ job: { policies: [outPolicy] }, signals: [unknown] })).toMatchObject({
        kind: 'keep',
        reason: 'signal-unknown',
      });
    });
  });
});
