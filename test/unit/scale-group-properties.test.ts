import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsNow, hardBounds } from '../../functions/scale-group/bounds.ts';
import { type Decision, decideCapacity, type Subject } from '../../functions/scale-group/decide.ts';
import type { GroupState, SeenAlarm, Signal } from '../../functions/scale-group/group.ts';
import { beginning, settled } from '../../functions/scale-group/state.ts';
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
} from './scale-group-subject.ts';

const minuteMs = 60_000;
const count = fc.integer({ min: 0, max: 30 });
const secondsAgo = fc.integer({ min: 0, max: 1000 });

const alarmSignal = (name: string, side: SeenAlarm['rings']): fc.Arbitrary<Signal> =>
  fc
    .record({
      state: fc.constantFrom<SeenAlarm['state']>('OK', 'ALARM', 'INSUFFICIENT_DATA'),
      since: secondsAgo.map((seconds) => ago(seconds)),
      threshold: fc.integer({ min: 0, max: 100 }),
      value: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
    })
    .map((alarm) => rings({ name, rings: side, ...alarm }));

const values = fc.array(fc.option(fc.integer({ min: 0, max: 150 }), { nil: undefined, freq: 10 }), {
  maxLength: 12,
});
const seriesSignal = values.map((some) => shows(...some));
const unknownSignal: fc.Arbitrary<Signal> = fc.constant({ kind: 'unknown', why: 'it does not exist' });
const orUnknown = (signal: fc.Arbitrary<Signal>) => fc.oneof({ weight: 9, arbitrary: signal }, unknownSignal);

const adjustment = fc.constantFrom('ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity');
const policiesAndSignals = fc
  .tuple(
    fc.tuple(adjustment, orUnknown(alarmSignal('cpu-high', 'above'))),
    fc.tuple(adjustment, orUnknown(alarmSignal('cpu-low', 'below'))),
    orUnknown(seriesSignal),
    orUnknown(seriesSignal),
    fc.subarray([0, 1, 2, 3]),
  )
  .map(([high, low, target, backlog, chosen]) => {
    const exact = (kind: string, change: number) =>
      kind === 'ExactCapacity' ? Math.abs(change) * 3 : change;
    const step = (policy: typeof outPolicy | typeof inPolicy, kind: string) => ({
      ...policy,
      adjustment: kind,
      steps: policy.steps.map((one) => ({ ...one, change: exact(kind, one.change) })),
    });
    const all = [
      { policy: step(outPolicy, high[0]), signal: high[1] },
      { policy: step(inPolicy, low[0]), signal: low[1] },
      { policy: targetPolicy, signal: target },
      { policy: backlogPolicy, signal: backlog },
    ].filter((_, index) => chosen.includes(index));
    return { policies: all.map(({ policy }) => policy), signals: all.map(({ signal }) => signal) };
  });

const range = fc.tuple(count, count).map(([a, b]) => ({ minimum: Math.min(a, b), maximum: Math.max(a, b) }));
const change = fc.record({ at: secondsAgo.map((seconds) => ago(seconds)), from: count, to: count });
const states: fc.Arbitrary<GroupState> = fc.record(
  {
    lastOut: change,
    lastIn: change,
    begun: change,
    override: fc.record({
      capacity: count,
      until: fc.constantFrom(ago(60), ago(-60)),
      before: count,
    }),
  },
  { requiredKeys: [] },
);

const subjects: fc.Arbitrary<Subject> = fc
  .record({
    load: policiesAndSignals,
    planned: range,
    own: range,
    scheduled: fc.option(range, { nil: undefined }),
    capacity: count,
    starting: count,
    state: states,
  })
  .map(({ load, planned, own, scheduled, capacity, starting, state }) =>
    aSubject({
      job: {
        policies: load.policies,
        ...planned,
        schedule: scheduled ? [{ at: '00:00', ...scheduled }] : [],
      },
      signals: load.signals,
      group: aGroup({ capacity, starting: Math.min(capacity, starting), ...own }),
      state,
    }),
  );

const isActive = ({ state, now: moment }: Subject): boolean =>
  state.override !== undefined && state.override.until > moment;

describe('whatever is seen of a group', () => {
  it('what it shall have is within the bounds, or what it has', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const { kind, from, to } = decideCapacity(subject);
        const { job, group } = subject;
        const { minimum, maximum } = isActive(subject)
          ? hardBounds(job, group)
          : boundsNow(job, group, subject.now);
        expect(Number.isInteger(to)).toBe(true);
        expect(Math.sign(to - from)).toBe({ 'scale-out': 1, keep: 0, 'scale-in': -1 }[kind]);
        // AWS holds none of these groups: it has what the bounds demand, if not more.
        expect(to).toBeGreaterThanOrEqual(minimum.capacity);
        expect(to).toBeLessThanOrEqual(maximum.capacity);
      }),
      { numRuns: 300 },
    );
  });

  it('a group that AWS holds stays as it is', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const group = { ...subject.group, heldOut: 'being-deleted', heldIn: 'being-deleted' } as const;
        expect(decideCapacity({ ...subject, group }).kind).toBe('keep');
      }),
    );
  });

  it('is not made smaller than the schedule demands, but by hand', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        fc.pre(!isActive(subject));
        const { kind, to } = decideCapacity(subject);
        const { minimum } = boundsNow(subject.job, subject.group, subject.now);
        if (kind === 'scale-in') expect(to).toBeGreaterThanOrEqual(minimum.capacity);
      }),
    );
  });

  it('is made smaller below its ceiling only if every policy knows what it sees', () => {
    fc.assert(
      fc.property(subjects, unknownSignal, (subject, unknown) => {
        fc.pre(!isActive(subject));
        const job = { ...subject.job, policies: [...subject.job.policies, ...policiesOf(inPolicy)] };
        const { kind, to } = decideCapacity({ ...subject, job, signals: [...subject.signals, unknown] });
        const { maximum } = boundsNow(job, subject.group, subject.now);
        if (kind === 'scale-in') expect(to).toBe(maximum.capacity);
      }),
    );
  });

  it('says how', () => {
    fc.assert(fc.property(subjects, (subject) => decideCapacity(subject).arithmetic.length > 0));
  });
});

const policiesOf = (...policies: readonly object[]) => aSubject({ job: { policies } }).job.policies;

/** A group of which AWS shows at once what was asked for, from one look at it to the next. */
class Walk {
  capacity: number;
  state: GroupState = {};
  readonly decisions: (Decision & { at: Date })[] = [];

  constructor(capacity = 10) {
    this.capacity = capacity;
  }

  look(at: Date, signals: readonly Signal[], job: Subject['job']): Decision {
    const group = aGroup({ capacity: this.capacity });
    this.state = settled(this.state, group, at);
    const decision = decideCapacity({ job, group, signals, state: this.state, now: at });
    if (decision.kind !== 'keep') {
      this.state = beginning(this.state, decision, job, at);
      this.capacity = decision.to;
    }
    this.decisions.push({ ...decision, at });
    return decision;
  }
}

const minutes = (count: number): Date => new Date(now.getTime() + count * minuteMs);

/** Two alarms, of which one rings and then the other, each for so many minutes. */
function alternating(lengths: readonly number[]): { at: Date; signals: Signal[] }[] {
  const looks: { at: Date; signals: Signal[] }[] = [];
  let minute = 0;
  lengths.forEach((length, index) => {
    const since = minutes(minute);
    const isHigh = index % 2 === 0;
    const high = rings({ since, state: isHigh ? 'ALARM' : 'OK' });
    const low = rings({
      name: 'cpu-low',
      rings: 'below',
      threshold: 30,
      value: 20,
      since,
      state: isHigh ? 'OK' : 'ALARM',
    });
    for (let end = minute + length; minute < end; minute++) {
      looks.push({ at: minutes(minute), signals: [high, low] });
    }
  });
  return looks;
}

const seconds = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;

describe('from look to look', () => {
  const { job } = aSubject({ job: { policies: [outPolicy, inPolicy] } });

  it('alarms that alternate within the window never take away what they made it add', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(lengths, (some) => {
        const walk = new Walk();
        for (const { at, signals } of alternating(some)) walk.look(at, signals, job);
        expect(walk.decisions.map(({ kind }) => kind)).not.toContain('scale-in');
      }),
    );
  });

  it('alarms of any length remove only after a whole window, and after the cooldown of every change', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 12 });
    const pace = fc.record({
      stabilizationSeconds: fc.integer({ min: 0, max: 900 }),
      inSeconds: fc.integer({ min: 60, max: 900 }),
      outSeconds: fc.integer({ min: 60, max: 600 }),
    });
    fc.assert(
      fc.property(lengths, pace, (some, { stabilizationSeconds, ...cooldown }) => {
        const paced = { ...job, stabilizationSeconds, cooldown };
        const walk = new Walk();
        for (const { at, signals } of alternating(some)) {
          const { kind } = walk.look(at, signals, paced);
          const low = signals[1];
          if (kind !== 'scale-in' || low?.kind !== 'alarm') continue;
          expect(seconds(low.alarm.since, at)).toBeGreaterThanOrEqual(stabilizationSeconds);
        }
        const changes = walk.decisions.filter(({ kind }) => kind !== 'keep');
        changes.slice(1).forEach((one, index) => {
          const gap = seconds(changes[index]?.at ?? one.at, one.at);
          if (one.kind === 'scale-in') expect(gap).toBeGreaterThanOrEqual(cooldown.inSeconds);
          else if (changes[index]?.kind === 'scale-out') {
            expect(gap).toBeGreaterThanOrEqual(cooldown.outSeconds);
          }
        });
      }),
    );
  });

  it('a value that swings about its target never takes away', () => {
    const target = aSubject({ job: { policies: [targetPolicy] } }).job;
    const swings = fc.array(fc.tuple(fc.integer({ min: 55, max: 110 }), fc.integer({ min: 0, max: 54 })), {
      minLength: 4,
      maxLength: 12,
    });
    fc.assert(
      fc.property(swings, (pairs) => {
        const walk = new Walk();
        const seen = pairs.flat();
        for (let minute = 6; minute < seen.length; minute++) {
          const samples = seen.slice(0, minute).map((value, index) => ({ at: minutes(index), value }));
          const signal: Signal = { kind: 'series', series: { periodSeconds: 60, samples } };
          walk.look(minutes(minute), [signal], target);
        }
        expect(walk.decisions.map(({ kind }) => kind)).not.toContain('scale-in');
      }),
    );
  });

  it('events of alarms act once each, in any order and however often they come', () => {
    const events = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 30 }), (order, gap) => {
        const walk = new Walk();
        const acted: number[] = [];
        order.forEach((event, index) => {
          const alarm = {
            name: event % 2 === 0 ? 'cpu-high' : 'cpu-low',
            state: 'ALARM',
            at: minutes(event).toISOString(),
          } as const;
          const [first] = alternating([1]);
          const at = minutes(10 + index * gap);
          const { kind } = walk.look(at, first?.signals ?? [], { ...job, alarm });
          if (kind !== 'keep') acted.push(event);
        });
        expect(new Set(acted).size).toBe(acted.length);
        // What is older than what was acted on was seen then.
        expect(acted).toEqual(acted.toSorted((a, b) => a - b));
      }),
    );
  });
});
