import { describe, expect, it } from 'vitest';
import { overrideOf } from '../../functions/scale-group/override.ts';
import { aGroup, ago, aSubject, now, outPolicy } from './scale-group-subject.ts';

const remembered = { capacity: 20, until: new Date('2026-11-23T15:00:00Z'), before: 4 };
const asked = (override?: unknown, state = {}, job = {}) =>
  overrideOf(aSubject({ job: { timezone: 'Europe/Berlin', override, ...job } }).job, aGroup(), state, now);

describe('an override', () => {
  it('lasts until the next time that the clocks show its end, and remembers what was before', () => {
    expect(asked({ capacity: 6, until: '22:00' })).toEqual({
      capacity: 6,
      until: new Date('2026-11-23T21:00:00Z'),
      before: 10,
    });
  });

  it.each([
    ['has passed', '2026-11-23T12:00:00Z'],
    ['is of another year by mistake', '2062-11-23T22:00:00Z'],
    ['no state can tell', '9999-12-31T23:59:59-10:00'],
  ])('whose end %s is refused', (_what, until) => {
    expect(() => asked({ capacity: 6, until })).toThrow(/expected a moment within a year from now/);
  });

  it('after another remembers what was before the first', () => {
    expect(asked({ capacity: 6, until: '22:00' }, { override: remembered })).toMatchObject({
      capacity: 6,
      before: 4,
    });
  });

  it('goes on while nobody asks for anything else', () => {
    expect(asked(undefined, { override: remembered })).toEqual(remembered);
    expect(asked()).toBeUndefined();
  });

  it('that has ended is remembered for some minutes, or a window, if policies can go on without it', () => {
    const over = (seconds: number) => ({ ...remembered, until: ago(seconds) });
    const policies = [outPolicy];
    expect(asked(undefined, { override: over(600) }, { policies })).toEqual(over(600));
    expect(asked(undefined, { override: over(601) }, { policies })).toBeUndefined();
    const longWindow = { policies, stabilizationSeconds: 3600 };
    expect(asked(undefined, { override: over(3600) }, longWindow)).toEqual(over(3600));
    expect(asked(undefined, { override: over(3601) }, longWindow)).toBeUndefined();
    expect(asked(undefined, { override: over(86_400) })).toEqual(over(86_400));
  });

  it('after one that was forgotten remembers what there is', () => {
    const override = { ...remembered, until: ago(601) };
    const next = asked({ capacity: 6, until: '22:00' }, { override }, { policies: [outPolicy] });
    expect(next).toMatchObject({ before: 10 });
  });
});
