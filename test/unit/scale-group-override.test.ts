import { describe, expect, it } from 'vitest';
import { overrideOf } from '../../functions/scale-group/override.ts';
import { aGroup, ago, aSubject, now } from './scale-group-subject.ts';

const remembered = { capacity: 20, until: new Date('2026-11-23T15:00:00Z'), before: 4 };
const asked = (override?: unknown, state = {}) =>
  overrideOf(aSubject({ job: { timezone: 'Europe/Berlin', override } }).job, aGroup(), state, now);

describe('an override', () => {
  it('lasts until the next time that the clocks show its end, and remembers what was before', () => {
    expect(asked({ capacity: 6, until: '22:00' })).toEqual({
      capacity: 6,
      until: new Date('2026-11-23T21:00:00Z'),
      before: 10,
    });
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

  it('ends when a person says so, or did before', () => {
    expect(asked('end', { override: remembered })).toEqual({ ...remembered, until: now });
    const over = { ...remembered, until: ago(60) };
    expect(asked('end', { override: over })).toEqual(over);
    expect(asked('end')).toBeUndefined();
  });
});
