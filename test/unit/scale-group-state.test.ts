import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../functions/scale-group/decide.ts';
import type { GroupState, SeenGroup } from '../../functions/scale-group/group.ts';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';
import {
  beginning,
  restored,
  settled,
  stateIn,
  stateNow,
  stateText,
} from '../../functions/scale-group/state.ts';
import { ObservationError } from '../../shared/errors.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, seconds));
const base = { group: 'web', autoScalingGroup: 'web', minimum: 1, maximum: 8 };
const job = scaleGroupJob.parse(base);
const decision = (overrides: Partial<Decision> = {}): Decision => ({
  kind: 'scale-out',
  reason: 'step',
  from: 4,
  to: 6,
  arithmetic: '+2',
  ...overrides,
});
const seen = (capacity: number): SeenGroup => ({
  capacity,
  starting: 0,
  serving: [],
  minimum: 0,
  maximum: 9,
});
const alarm = { name: 'high', state: 'ALARM', at: '2026-11-21T11:59:00.000Z' } as const;

describe('what was begun', () => {
  const out: GroupState = { begun: { at: at(0), from: 4, to: 6 }, lastIn: { at: at(-900), from: 5, to: 4 } };
  const into: GroupState = { begun: { at: at(0), from: 6, to: 4 } };

  test.each<[string, GroupState, number, GroupState]>([
    ['is the last change once AWS shows it', out, 6, { lastOut: { at: at(0), from: 4, to: 6 } }],
    ['is one, too, if some of it happened', out, 5, { lastOut: { at: at(0), from: 4, to: 5 } }],
    ['is one, too, if somebody else went on', out, 7, { lastOut: { at: at(0), from: 4, to: 7 } }],
    ['is the last one that removed', into, 4, { lastIn: { at: at(0), from: 6, to: 4 } }],
    ['is forgotten if AWS does not show it', out, 4, {}],
    ['is forgotten if the group went the other way', out, 3, {}],
    ['is forgotten if it was to remove, and nothing is', into, 6, {}],
  ])('%s', (_what, state, capacity, expected) => {
    const kept = state === out ? { lastIn: out.lastIn } : {};
    expect(settled(state, seen(capacity), at(60))).toEqual({ ...kept, ...expected });
  });

  test('leaves of a removal before it the time alone', () => {
    const twice = settled({ ...into, lastIn: { at: at(-900), from: 8, to: 6 } }, seen(4), at(60));
    expect(twice).toEqual({ lastIn: { at: at(0), from: 6, to: 4, previousAt: at(-900) } });
  });

  test('is not forgotten while EC2 may still answer as if there had been nothing', () => {
    expect(settled(out, seen(4), at(29))).toBe(out);
    expect(settled(out, seen(4), at(30))).not.toHaveProperty('begun');
  });

  test('by an alarm is acted on once AWS shows it, and not before', () => {
    const begun = beginning({}, decision(), { alarm }, at(0));
    expect(begun.actedOn).toBeUndefined();
    expect(settled(begun, seen(6), at(1)).actedOn).toBe('2026-11-21T11:59:00.000Z');
    expect(settled(begun, seen(4), at(60))).toEqual({});
    // The next delivery does the rest.
    expect(settled(begun, seen(5), at(60)).actedOn).toBeUndefined();
  });

  test('by the clock leaves the alarm that was acted on', () => {
    const begun = beginning({ actedOn: alarm.at }, decision(), {}, at(0));
    expect(settled(begun, seen(6), at(1)).actedOn).toBe(alarm.at);
  });
});

describe('an override', () => {
  const asking = scaleGroupJob.parse({ ...base, override: { capacity: 6, until: '22:00' } });
  const until = new Date('2026-11-21T22:00:00Z');

  test('is remembered with what the group has before it', () => {
    expect(stateNow({}, seen(3), asking, at(0)).override).toEqual({ capacity: 6, until, before: 3 });
  });

  test('asked for twice keeps what the group had before the first', () => {
    const once = stateNow({}, seen(3), asking, at(0));
    expect(stateNow(once, seen(6), asking, at(60))).toEqual(once);
  });

  test('goes on in runs that say nothing of it', () => {
    const once = stateNow({}, seen(3), asking, at(0));
    expect(stateNow(once, seen(6), job, at(60))).toEqual(once);
  });

  test('that has ended long ago is forgotten where policies go on', () => {
    const steps = [{ kind: 'step', alarm: 'high', steps: [{ change: 1 }] }];
    const led = scaleGroupJob.parse({ ...base, policies: steps });
    const ended = {
      lastOut: { at: at(0), from: 3, to: 6 },
      override: { capacity: 6, until: at(0), before: 3 },
    };
    expect(stateNow(ended, seen(6), led, at(600))).toEqual(ended);
    expect(stateNow(ended, seen(6), led, at(601))).toEqual({ lastOut: ended.lastOut });
  });

  test('is forgotten only once the group has what it is to have after it', () => {
    const state = stateNow({}, seen(3), asking, at(0));
    const ended = decision({ kind: 'scale-in', reason: 'override-ended', from: 6, to: 3 });
    expect(restored(state, ended, seen(6))).toBe(state);
    expect(restored(state, ended, seen(3))).toEqual({});
    expect(restored(state, decision({ kind: 'keep', reason: 'being-deleted', to: 3 }), seen(3))).toBe(state);
  });
});

describe('as text', () => {
  const moment = fc.date({ noInvalidDate: true, min: at(0), max: new Date('2100-01-01') });
  const count = fc.integer({ min: 0, max: 10_000 });
  const change = fc.record({ at: moment, from: count, to: count });
  const transition = moment.map((time) => time.toISOString());
  const states = fc.record(
    {
      lastOut: change,
      lastIn: fc.record(
        { at: moment, from: count, to: count, previousAt: moment },
        { requiredKeys: ['at', 'from', 'to'] },
      ),
      begun: fc.record(
        { at: moment, from: count, to: count, actedOn: transition },
        { requiredKeys: ['at', 'from', 'to'] },
      ),
      override: fc.record({ capacity: count, until: moment, before: count }),
      actedOn: transition,
    },
    { requiredKeys: [] },
  );

  test('it comes back as it was', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(stateIn(stateText(state as GroupState))).toEqual(state);
      }),
    );
  });

  test('of an alarm with the longest name it is short', () => {
    const longest = { name: '\u00e4'.repeat(255), at: alarm.at, state: 'ALARM' } as const;
    const change = { at: at(0), from: 10_000, to: 10_000 };
    const full: GroupState = {
      lastOut: change,
      lastIn: { ...change, previousAt: at(0) },
      override: { capacity: 10_000, until: at(0), before: 10_000 },
      actedOn: alarm.at,
    };
    expect(
      stateText(beginning(full, decision({ from: 10_000, to: 10_000 }), { alarm: longest }, at(0))).length,
    ).toBeLessThan(500);
  });

  test.each(['', '{', '[]', '{"lastOut":{"at":"yesterday","from":1,"to":2}}', '{"begun":{}}'])(
    'that reads %j is an error, and not as if there were none',
    (text) => {
      expect(() => stateIn(text)).toThrow(ObservationError);
    },
  );

  test('of a later version is read as far as it is known', () => {
    expect(stateIn('{"actedOn":"high@then","forecast":7}')).toEqual({ actedOn: 'high@then' });
  });
});
