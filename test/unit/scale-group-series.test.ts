import { describe, expect, it } from 'vitest';
import { backlogOpinion } from '../../functions/scale-group/backlog.ts';
import type { GroupState, SeenGroup, Series } from '../../functions/scale-group/group.ts';
import type { Opinion } from '../../functions/scale-group/opinion.ts';
import { targetOpinion } from '../../functions/scale-group/target.ts';
import * as given from './scale-group-subject.ts';
import { aGroup, ago, aSeries, aSubject, now } from './scale-group-subject.ts';

interface Seen {
  group?: Partial<SeenGroup>;
  state?: GroupState;
  policy?: Record<string, unknown>;
}

function opinion(series: Series, { group, state = {}, policy = given.targetPolicy }: Seen = {}): Opinion {
  const [parsed] = aSubject({ job: { policies: [policy] } }).job.policies;
  const situation = { group: aGroup(group), state, now, windowStart: ago(300) };
  if (parsed?.kind === 'target') return targetOpinion(parsed, series, situation);
  if (parsed?.kind === 'backlog') return backlogOpinion(parsed, series, situation);
  throw new TypeError('Of a series there are two policies');
}

const steady = (value: number): Series => aSeries(...Array.from({ length: 5 }, () => value));

describe('a target', () => {
  it.each([
    // Away from scale-in: +1.5 becomes +2, and -1.5 becomes -1.
    [4, 82.5, 6],
    [10, 51, 9],
    [10, 60, 10],
    [10, 60.1, 11],
    [10, 90, 15],
    [3, 120, 6],
    [10, 6, 1],
    [10, 0, 0],
  ])('of 60 needs of %d at %d: %d', (capacity, value, expected) => {
    expect(opinion(steady(value), { group: { capacity } })).toMatchObject({
      capacity: expected,
      agreed: expected,
    });
  });

  it('removes nothing until a tenth below it', () => {
    expect(opinion(steady(54))).toMatchObject({ capacity: 10, agreed: 10 });
    expect(opinion(steady(53.9), { group: { capacity: 30 } })).toMatchObject({ capacity: 27 });
  });

  it('does not count a binary fraction as an instance', () => {
    const policy = { ...given.targetPolicy, value: 0.1 };
    expect(opinion(steady(0.3), { group: { capacity: 1 }, policy })).toMatchObject({ capacity: 3 });
  });

  it('says how', () => {
    expect(opinion(steady(90))).toMatchObject({ text: 'CPUUtilization is 90 for a target of 60: 15' });
  });

  it('adds nothing twice for those that are starting', () => {
    expect(opinion(steady(90), { group: { capacity: 15, starting: 5 } })).toMatchObject({ capacity: 15 });
    expect(opinion(steady(120), { group: { capacity: 15, starting: 5 } })).toMatchObject({ capacity: 20 });
    expect(opinion(steady(61), { group: { capacity: 15, starting: 5 } })).toMatchObject({
      capacity: 15,
      agreed: 15,
    });
  });

  it('holds a value against those that it was measured of, not those that serve since', () => {
    const serving = [...aGroup({ capacity: 10 }).serving, ...Array.from({ length: 5 }, () => ago(30))];
    expect(opinion(steady(90), { group: { capacity: 15, serving } })).toMatchObject({ capacity: 15 });
  });

  it('leaves out those that will serve only once they are warm', () => {
    const serving = [...aGroup({ capacity: 10 }).serving, ...Array.from({ length: 5 }, () => ago(-100))];
    const group = { capacity: 15, starting: 5, serving };
    expect(opinion(steady(90), { group })).toMatchObject({ capacity: 15 });
    expect(opinion(steady(120), { group })).toMatchObject({ capacity: 20 });
  });

  it('holds a value against those, too, that were removed since', () => {
    const state = { lastIn: { at: ago(150), from: 14, to: 10 } };
    // Three minutes ago 14 did what 10 shall not be made fewer for.
    expect(opinion(aSeries(42, 42, 42, 50, 50), { state })).toMatchObject({ capacity: 9, agreed: 10 });
    expect(opinion(aSeries(42, 42, 42, 50, 50))).toMatchObject({ capacity: 9, agreed: 9 });
  });

  it('is held against nothing known before the last removal but one', () => {
    const removed = (previousAt: Date) => ({ lastIn: { at: ago(100), from: 10, to: 9, previousAt } });
    const group = { capacity: 9 };
    const values = aSeries(40, 40, 20, 20, 20);
    expect(opinion(values, { group, state: removed(ago(200)) })).toMatchObject({
      capacity: 3,
      agreed: 9,
      objection: 'signal-unknown',
    });
    expect(opinion(values, { group, state: removed(ago(400)) })).toMatchObject({ capacity: 3, agreed: 7 });
  });

  it('counts in the units of a group whose instances have weights', () => {
    const serving = Array.from({ length: 10 }, () => ago(3600));
    expect(opinion(steady(90), { group: { capacity: 40, serving } })).toMatchObject({ capacity: 60 });
  });

  it('is unknown while nothing is in service', () => {
    expect(opinion(steady(90), { group: { capacity: 2, starting: 2 } })).toMatchObject({ kind: 'unknown' });
    const serving = [ago(10)];
    expect(opinion(steady(90), { group: { capacity: 1, serving } })).toMatchObject({ kind: 'unknown' });
  });
});

describe('a backlog', () => {
  const policy = given.backlogPolicy;

  // User guide: 0.1 s a message and 10 s of delay make 100 messages an instance; 1500 messages need 15 of them.
  it.each([
    [1500, 15],
    [1501, 16],
    [900, 10],
    [899, 9],
    [1000, 10],
    [100, 1],
    [1, 1],
    [0, 0],
  ])('of %d messages needs %d instances', (messages, expected) => {
    expect(opinion(steady(messages), { policy })).toMatchObject({ capacity: expected, agreed: expected });
  });

  it('needs as many however many there are, or start', () => {
    const group = { capacity: 20, starting: 20 };
    expect(opinion(steady(1500), { policy, group })).toMatchObject({ capacity: 15 });
  });

  it('needs those, too, that keep up with what comes, now and in all of the window', () => {
    const { samples } = steady(200);
    // 6000 a minute are ten seconds' work of each second.
    const coming = (...values: readonly (number | undefined)[]) =>
      opinion({ ...steady(200), current: 200, arrivals: aSeries(...values).samples }, { policy });
    expect(coming(6000, 6000, 6000, 6000, 6000)).toMatchObject({ capacity: 12 });
    expect(coming(2400, 3600, 2400, 2400, 2400)).toMatchObject({ capacity: 6, agreed: 8 });
    expect(coming(2400, undefined, 2400, 2400, 2400)).toMatchObject({
      capacity: 6,
      agreed: 10,
      objection: 'signal-unknown',
    });
    expect(coming()).toMatchObject({ capacity: 2, agreed: 10, objection: 'signal-unknown' });
    expect(opinion({ periodSeconds: 60, samples, arrivals: [] }, { policy })).toMatchObject({ agreed: 10 });
  });

  it('keeps those that have messages in hand, of an empty queue, too', () => {
    const holding = (inHand: number) =>
      opinion({ ...steady(0), current: 0, inHand, arrivals: steady(0).samples }, { policy });
    expect(holding(0)).toMatchObject({ capacity: 0, agreed: 0 });
    expect(holding(1)).toMatchObject({ capacity: 1, agreed: 1 });
    // One worker may hold many: nothing is added for them.
    expect(holding(30)).toMatchObject({
      capacity: 10,
      agreed: 10,
      text: expect.stringContaining('30 are in hand'),
    });
  });

  it('says how', () => {
    const arrivals = steady(600).samples;
    expect(opinion({ ...steady(1500), arrivals }, { policy })).toMatchObject({
      text: '1500 messages wait in images and 600 a minute come, at 100 an instance in time: 16',
    });
  });
});

describe('a series', () => {
  it('adds by its newest value alone', () => {
    expect(opinion(aSeries(undefined, undefined, 30, undefined, 90))).toMatchObject({ capacity: 15 });
  });

  it('removes only what each value of the window would', () => {
    expect(opinion(aSeries(30, 48, 30, 30, 24))).toMatchObject({
      capacity: 4,
      agreed: 8,
      objection: 'stabilizing',
    });
    expect(opinion(aSeries(30, 30, 59, 30, 24))).toMatchObject({ capacity: 4, agreed: 10 });
  });

  it('does not mind what was before the window', () => {
    expect(opinion(aSeries(90, 90, 30, 30, 30, 30, 30))).toMatchObject({ capacity: 5, agreed: 5 });
  });

  it('removes nothing while a value of the window is missing', () => {
    const missing = { capacity: 5, agreed: 10, objection: 'signal-unknown' };
    expect(opinion(aSeries(30, 30, undefined, 30, 30))).toMatchObject(missing);
    expect(opinion(aSeries(undefined, undefined, 30, 30, 30))).toMatchObject(missing);
    // All that CloudWatch shows is from before the window.
    const old = Array.from({ length: 9 }, (_, index) => (index < 2 ? 30 : undefined));
    expect(opinion(aSeries(...old))).toMatchObject({ kind: 'unknown' });
    expect(opinion(aSeries(30, ...old.slice(2, -2)))).toMatchObject(missing);
  });

  it('does not miss what CloudWatch does not show yet', () => {
    expect(opinion(aSeries(30, 30, 30, undefined, undefined))).toMatchObject({ capacity: 5, agreed: 5 });
  });

  it('goes by what was measured just now, if anything was, and by CloudWatch for the window', () => {
    const measured = (current: number, ...values: readonly (number | undefined)[]) =>
      opinion({ ...aSeries(...values), current }, { policy: given.backlogPolicy });
    expect(measured(1500, 100, 100)).toMatchObject({ capacity: 15 });
    expect(measured(1500)).toMatchObject({ capacity: 15 });
    expect(measured(200, 300, 400, 300, undefined, undefined)).toMatchObject({ capacity: 2, agreed: 4 });
    expect(measured(200)).toMatchObject({ agreed: 10, objection: 'signal-unknown' });
    const old = [100, ...Array.from({ length: 8 }, () => undefined)];
    expect(measured(200, ...old)).toMatchObject({ agreed: 10, objection: 'signal-unknown' });
  });

  it('is unknown if there is nothing, or nothing of late', () => {
    expect(opinion(aSeries())).toMatchObject({ kind: 'unknown' });
    expect(opinion(aSeries(90, ...Array.from({ length: 8 }, () => undefined)))).toMatchObject({
      kind: 'unknown',
    });
  });

  it('that comes less often than its period says so', () => {
    const every = (seconds: number, newest: number) => ({
      periodSeconds: 60,
      samples: [2, 1, 0].map((back) => ({ at: ago(newest + back * seconds), value: 30 })),
    });
    const text = expect.stringContaining('they seem to come every 300 s, and not every 60 s');
    expect(opinion(every(300, 100))).toMatchObject({ agreed: 10, text });
    expect(opinion(every(300, 430))).toMatchObject({ kind: 'unknown', text });
    expect(opinion(every(60, 430)).text).not.toContain('seem');
  });

  it('may be of five minutes', () => {
    const samples = [900, 600].map((seconds) => ({ at: ago(seconds), value: 30 }));
    expect(opinion({ periodSeconds: 300, samples })).toMatchObject({ kind: 'demand', agreed: 10 });
    const newer = [...samples, { at: ago(300), value: 30 }];
    expect(opinion({ periodSeconds: 300, samples: newer })).toMatchObject({ agreed: 5 });
  });
});
