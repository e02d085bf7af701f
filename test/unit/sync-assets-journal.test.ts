import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unite } from '../../functions/sync-assets/journal.ts';
import type { Changes } from '../../shared/sites/synced.ts';

const changes = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('added', 'changed', 'deleted')), {
    maxLength: 5,
  })
  .map((pairs): Changes => {
    const kinds = new Map(pairs);
    const of = (kind: string) => [...kinds].filter(([, one]) => one === kind).map(([key]) => key);
    return { added: of('added'), changed: of('changed'), deleted: of('deleted') };
  });

it('takes what a dead run added for served since', () => {
  const dead = { added: ['a'], changed: ['b'], deleted: ['c'] };
  expect(unite(dead, { added: ['a', 'd'], changed: [], deleted: ['b'] })).toEqual({
    added: ['d'],
    changed: ['a'],
    deleted: ['b', 'c'],
  });
});

it('says that a file was changed which the dead run deleted, and which is there again', () => {
  const dead = { added: [], changed: [], deleted: ['a'] };
  expect(unite(dead, { added: ['a'], changed: [], deleted: [] })).toEqual({
    added: [],
    changed: ['a'],
    deleted: [],
  });
});

it('leaves no key out, has none twice, and calls none new that the dead run knew', () => {
  fc.assert(
    fc.property(changes, changes, (dead, own) => {
      const united = unite(dead, own);
      const keys = [...united.added, ...united.changed, ...united.deleted];
      const before = [dead, own].flatMap(({ added, changed, deleted }) => [...added, ...changed, ...deleted]);
      expect(keys.toSorted()).toEqual([...new Set(before)].sort());
      const known = [...dead.added, ...dead.changed, ...dead.deleted];
      expect(united.added.filter((key) => known.includes(key))).toEqual([]);
    }),
  );
});
