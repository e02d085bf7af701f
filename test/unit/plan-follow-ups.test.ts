/** A mistake is told once, where it is, and not again by what follows from it. */
import { describe, expect, test } from 'vitest';
import { mistakesOf, siteText } from './plan-builder.ts';

const group = (more: string, bounds = 'minimum: 2, maximum: 12') =>
  mistakesOf(`groups:\n  - { name: web, autoScalingGroup: web, ${bounds}, ${more} }\n`);
const schedule = 'schedule: [{ at: "08:00", minimum: 3 }, { at: "20:00", capacity: 1 }]';

describe('Of what is wrong it is said once', () => {
  test('that a minimum is above the maximum, and of no schedule that it is outside of both', () => {
    expect(group(schedule, 'minimum: 12, maximum: 2')).toMatch(
      /^\S+ groups\[0\]\.minimum: 12 is more than "maximum", which is 2; expected that at most$/,
    );
  });

  test.each([
    [-1, 'outSeconds', 3600],
    [59, 'outSeconds', 3600],
    [3601, 'outSeconds', 3600],
    [60.5, 'inSeconds', 86_400],
    [-1, 'inSeconds', 86_400],
  ])('that %d is no pause, with the least and the most that one may be: %s', (seconds, key, most) => {
    const message = group(`cooldown: { ${key}: ${seconds} }`);
    expect(message).toContain(`.${key}: ${seconds} is not a pause; expected 60 to ${most} seconds`);
    expect(message).not.toContain('\n');
  });

  test('what a pause may be at most and at least', () => {
    expect(group('cooldown: { outSeconds: 60, inSeconds: 60 }')).toBe('no mistake');
    expect(group('cooldown: { outSeconds: 3600, inSeconds: 86400 }')).toBe('no mistake');
  });

  test.each([
    [
      'sites[0].releases.prefix',
      ['name: a', 'releases: { bucket: archives, prefix: /a }'],
      ['name: b', 'releases: { bucket: archives, prefix: b/ }'],
    ],
    [
      'sites[0].releases.prefix',
      ['name: a', 'releases: { prefix: /a }'],
      ['name: b', 'releases: { prefix: b/ }'],
    ],
    [
      'sites[0].prefix',
      ['name: a', 'bucket: shared', 'prefix: a'],
      ['name: b', 'bucket: shared', 'prefix: b/'],
    ],
  ])('that %s is none, and of no other site that it overlaps', (path, ...sites) => {
    const message = mistakesOf(siteText(...sites));
    expect(message).toContain(` ${path}: `);
    expect(message).not.toContain('\n');
  });
});
