/** What is wrong with a single value is said in words that need no knowledge of the checker. */
import { expect, test } from 'vitest';
import { mistakesOf } from './plan-builder.ts';

const group = (more: string) =>
  mistakesOf(`groups:\n  - { name: web, autoScalingGroup: web, minimum: 2, maximum: 12, ${more} }\n`);
const target = (metric: string, value = '50') =>
  group(`policies: [{ target: { metric: { namespace: Shop, ${metric} }, value: ${value} } }]`);
const site = (more: string) => mistakesOf(`sites:\n  - { name: www, ${more} }\n`);

test.each([
  ['periodSeconds: 90 is not valid; expected a multiple of 60', target('name: Load, periodSeconds: 90')],
  ['periodSeconds: 7200 is not valid; expected 3600 or less', target('name: Load, periodSeconds: 7200')],
  ['metric.name: "" is not valid; expected some text', target('name: ""')],
  ['is not valid; expected 255 characters at most', target(`name: ${'a'.repeat(256)}`)],
  ['target.value: 0 is not valid; expected more than 0', target('name: Load', '0')],
  [
    'exceptDates[0]: "2026-02-30" is not valid; expected a date such as 2026-12-25',
    group('schedule: [{ at: "08:00", minimum: 3 }], exceptDates: [2026-02-30]'),
  ],
  [
    'days: [] is not valid; expected at least one',
    group('schedule: [{ days: [], at: "08:00", minimum: 3 }]'),
  ],
  ['distributions: [] is not valid; expected at least one', site('distributions: []')],
  [
    'index: "docs/index.html" is not valid; expected the name of a file such as index.html, without its folder',
    site('index: docs/index.html'),
  ],
])('It says alone: %s', (words, message) => {
  expect(message).not.toContain('\n');
  expect(message.endsWith(words), message).toBe(true);
});
