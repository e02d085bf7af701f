import { describe, expect, it } from 'vitest';
import { scaleGroupJob } from '../../functions/scale-group/job.ts';

const complaints = (fields: object): string[] => {
  const job = { group: 'web', autoScalingGroup: 'web', minimum: 2, maximum: 12, ...fields };
  return (scaleGroupJob.safeParse(job).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );
};

describe('an override', () => {
  it.each([
    ['a time of day', { capacity: 6, until: '22:00' }],
    ['a moment with its zone', { capacity: 6, until: '2026-11-21T22:00:00+01:00' }],
    ['an end', 'end'],
  ])('may have %s', (_what, override) => {
    expect(complaints({ override })).toEqual([]);
  });

  it.each([
    ['has no end', { capacity: 6 }],
    ['ends at no time of day', { capacity: 6, until: '25:00' }],
    ['ends in no zone', { capacity: 6, until: '2026-11-21T22:00:00' }],
    ['has a capacity in quotes', { capacity: '6', until: '22:00' }],
    ['is another word', 'stop'],
  ])('that %s is told which forms there are', (_what, override) => {
    expect(complaints({ override })).toEqual([
      expect.stringMatching(/^override: expected \{"capacity": 6, "until": "22:00"\}.*; or "end"$/),
    ]);
  });
});

it('a zone that there is not is no zone', () => {
  expect(complaints({ timezone: 'Europe/Berln' })).toEqual([
    'timezone: expected an IANA name of a time zone such as "Europe/Berlin"',
  ]);
});
