import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { batchesOf, mostInOneRun } from '../../functions/expire-backups/batches.ts';

describe('batches', () => {
  test.each<[string, [string, number][], [string[], number][]]>([
    ['nothing', [], []],
    [
      'what fits in one',
      [
        ['a', 200],
        ['b', 300],
      ],
      [[['a', 'b'], 500]],
    ],
    [
      'one row more',
      [
        ['a', 200],
        ['b', 301],
      ],
      [
        [['a'], 200],
        [['b'], 301],
      ],
    ],
    [
      'a source of very many',
      [
        ['a', 10],
        ['b', 9_000],
        ['c', 10],
      ],
      [
        [['a'], 10],
        [['b'], 9_000],
        [['c'], 10],
      ],
    ],
  ])('of %s', (_what, due, batches) => {
    expect(batchesOf(new Map(due)).map(({ sources, rows }) => [sources, rows])).toEqual(batches);
  });

  it('hold every source once with all its rows, and are no larger than 500 but for one source alone', () => {
    const due = fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 60 });
    fc.assert(
      fc.property(due, (counts) => {
        const rows = new Map(counts.map((count, index) => [`vol-${index}`, count]));
        const batches = batchesOf(rows);
        expect(batches.flatMap(({ sources }) => sources)).toEqual([...rows.keys()]);
        for (const { sources, rows: sum } of batches) {
          expect(sum).toBe(sources.reduce((total, source) => total + (rows.get(source) ?? 0), 0));
          expect(sum <= 500 || sources.length === 1).toBe(true);
        }
      }),
    );
  });
});

test.each([
  [0, 100],
  [870_000, 2_275],
])('a run with %i ms left takes %i at most', (milliseconds, most) => {
  expect(mostInOneRun(milliseconds)).toBe(most);
});
