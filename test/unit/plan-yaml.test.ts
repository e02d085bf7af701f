import { describe, expect, test } from 'vitest';
import { mistakesOf, planText, read } from './plan-builder.ts';

const withTags = (tags: string) => planText({ volumes: `{ tags: { ${tags} } }` });
const variable = '${' + 'env:HOME}';

describe('A plan is refused with its line and column for', () => {
  test.each([
    [
      'a variable of Serverless in a value',
      withTags(`Backup: "${variable}"`),
      `groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: "${variable}" has "\${" in it, which Serverless takes for a variable of its own; expected text without it`,
    ],
    [
      'one in a list of values',
      withTags(`Backup: [data, "a${variable}"]`),
      `groundskeeper.yml:4:39 backups[0].volumes.tags.Backup[1]: "a${variable}" has "\${" in it, which Serverless takes for a variable of its own; expected text without it`,
    ],
    [
      'one in a key',
      withTags(`"${variable}": data`),
      `groundskeeper.yml:4:24 backups[0].volumes.tags.${variable}: "${variable}" has "\${" in it, which Serverless takes for a variable of its own; expected text without it`,
    ],
    [
      'a word that EventBridge Scheduler replaces',
      withTags('Backup: <aws.scheduler.execution-id>'),
      'groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: "<aws.scheduler.execution-id>" has "<aws.scheduler." in it, which EventBridge Scheduler replaces in a job; expected text without it',
    ],
    [
      'the key __proto__',
      withTags('__proto__: data'),
      'groundskeeper.yml:4:24 backups[0].volumes.tags: "__proto__" cannot be a key; expected another',
    ],
    [
      'a key that is a number, although another is the same as text',
      withTags('1: data, "1": other'),
      'groundskeeper.yml:4:24 backups[0].volumes.tags: the key 1 is not text; expected text, in quotes if it looks like a number or a switch',
    ],
    [
      'a key that is a list',
      withTags('? [a, b] : data'),
      'groundskeeper.yml:4:26 backups[0].volumes.tags: a key here is not text; expected text, in quotes if it looks like a number or a switch',
    ],
    [
      'an alias without its anchor',
      withTags('Backup: *nothing'),
      'groundskeeper.yml:4:32 backups[0].volumes.tags.Backup: "*nothing" names no anchor above it; expected "&nothing"',
    ],
    [
      'a merge key without its anchor',
      planText({ more: ['<<: *nothing'] }),
      'groundskeeper.yml:5:9 backups[0].<<: "*nothing" names no anchor above it; expected "&nothing"',
    ],
    [
      'an alias inside of what it stands for',
      withTags('Backup: &all [data, *all]'),
      'groundskeeper.yml:4:44 backups[0].volumes.tags.Backup[1]: "*all" is inside of what it stands for; expected the values themselves',
    ],
    [
      'aliases that multiply',
      planText({
        head: [
          'x0: &x0 [a, a, a, a, a, a]',
          ...[1, 2, 3, 4].map(
            (n) =>
              `x${n}: &x${n} [${Array(6)
                .fill(`*x${n - 1}`)
                .join(', ')}]`,
          ),
        ],
      }),
      'groundskeeper.yml:1:1 cannot be read: Excessive alias count indicates a resource exhaustion attack',
    ],
    [
      'an unknown YAML tag',
      withTags('Backup: !secret data'),
      'groundskeeper.yml:4:32 is not plain YAML: Unresolved tag: !secret',
    ],
    [
      'more than 1 MB',
      `#${'x'.repeat(1_000_000)}\n${planText()}`,
      'groundskeeper.yml:1:1 is larger than 1 MB; expected a plan, which is far smaller',
    ],
  ])('%s', (_title, text, message) => {
    expect(mistakesOf(text)).toBe(message);
  });
});

test('An anchor may be used again after it', () => {
  const text = withTags('Backup: &names [data, base], Other: *names');
  expect(read(text).backups[0]?.subject.chosen).toEqual({
    tags: { Backup: ['data', 'base'], Other: ['data', 'base'] },
  });
});
