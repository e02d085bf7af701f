import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { compareKeys } from '../../shared/sites/keys.ts';

/** Where UTF-8 and UTF-16 disagree: just below the surrogates, just above them, past U+FFFF. */
const edge = fc.constantFrom(
  'a',
  '/',
  '\u0000',
  'é',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{10000}',
  '\u{10ffff}',
);
const anyKey = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: edge }));

it('puts keys into the order in which S3 lists them: that of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyKey, anyKey, fc.string({ unit: edge }), (left, right, start) => {
      // With the same start, since strings at random differ in their first character.
      const [a, b] = [start + left, start + right];
      expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['', 'a'],
  ['a', 'a/'],
  ['a-b', 'a/b'],
  ['a/b', 'a0'],
  ['Z', 'a'],
  ['\uff5e', '\u{1f600}'],
  ['\u{1f600}', '\u{1f601}'],
])('%j comes before %j', (first, second) => {
  expect(compareKeys(first, second)).toBeLessThan(0);
  expect(compareKeys(second, first)).toBeGreaterThan(0);
  expect(compareKeys(first, first)).toBe(0);
});
