import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { backupTags, copiesIn, copiesText, type NewBackup } from '../../shared/backups/backup-tags.ts';
import { type Tags, tagKeys } from '../../shared/tags.ts';
import { anOwner, aSlot, aVolume } from '../builders.ts';

const backup: NewBackup = {
  owner: anOwner,
  slot: aSlot(),
  expires: new Date('2026-11-28T02:15:04.120Z'),
  copies: [],
};

describe('the tags of a backup', () => {
  const own = (count: number): Tags =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`tag-${String(index).padStart(2, '0')}`, 'x']),
    );
  const tagsFor = (tags: Tags) => backupTags(aVolume({ tags }), backup);

  it('are ours and those of the volume', () => {
    expect(tagsFor({ Name: 'data', Env: 'prod', empty: '' })).toEqual({
      tags: {
        'groundskeeper:owner': 'groundskeeper-test',
        'groundskeeper:plan': 'data',
        'groundskeeper:tier': 'daily',
        'groundskeeper:slot': 'data/daily/2026-11-21T02:15:00Z',
        'groundskeeper:expires': '2026-11-28T02:15:04.120Z',
        'groundskeeper:source': 'vol-0123456789abcdef0',
        Name: 'data',
        Env: 'prod',
        empty: '',
      },
      leftOut: [],
    });
  });

  it('leave out what AWS and Groundskeeper itself put on the volume', () => {
    const { tags, leftOut } = tagsFor({
      'aws:cloudformation:stack-name': 'prod',
      'aws:backup:source-resource': 'x',
      'groundskeeper:owner': 'groundskeeper-other',
      'groundskeeper:expires': '2020-01-01T00:00:00Z',
      'groundskeeper:set': 'a',
      awsome: 'kept',
      'Groundskeeper:note': 'kept',
    });
    expect(Object.keys(tags).toSorted()).toEqual(
      [...Object.values(tagKeys), 'awsome', 'Groundskeeper:note'].toSorted(),
    );
    expect(tags[tagKeys.owner]).toBe(anOwner);
    expect(tags[tagKeys.expires]).toBe('2026-11-28T02:15:04.120Z');
    expect(leftOut).toEqual([]);
  });

  test.each([
    [35, 41, []],
    [36, 42, []],
    [37, 42, ['tag-36']],
    [39, 42, ['tag-36', 'tag-37', 'tag-38']],
  ])('of a source with %i are %i, so that there is room for ours to come', (count, total, leftOut) => {
    const decided = tagsFor(own(count));
    expect(Object.keys(decided.tags)).toHaveLength(total);
    expect(decided.leftOut).toEqual(leftOut);
  });

  it('keep the name where others find no room, though it comes late in the alphabet', () => {
    const earlier = Object.fromEntries(Object.keys(own(36)).map((key) => [key.replace('tag', 'A'), 'x']));
    const { tags, leftOut } = tagsFor({ ...earlier, Name: 'data', 'A-first': 'x' });
    expect(tags['Name']).toBe('data');
    expect(leftOut).toEqual(['A-35', 'A-first']);
  });

  it('do not count what is left out anyway', () => {
    const aws = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`aws:${index}`, 'x']));
    expect(tagsFor({ ...own(36), ...aws }).leftOut).toEqual([]);
  });

  it('may have names that every object knows', () => {
    const volumeTags = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ]);
    const { tags } = tagsFor(volumeTags);
    expect(Object.entries(tags)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'a'],
        ['constructor', 'b'],
        ['toString', 'c'],
      ]),
    );
  });

  it('are always ours, at most 50, and lose nothing without saying so', () => {
    const key = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        'Name',
        'aws:x',
        'groundskeeper:owner',
        'groundskeeper:source',
        '__proto__',
        'constructor',
      ),
      fc.integer({ min: 0, max: 99 }).map((index) => `tag-${index}`),
    );
    const pairs = fc.uniqueArray(fc.tuple(key, fc.string({ maxLength: 8 })), {
      maxLength: 70,
      selector: ([name]) => name,
      size: 'max',
    });
    fc.assert(
      fc.property(pairs, (all) => {
        const { tags, leftOut } = tagsFor(Object.fromEntries(all));
        const names = Object.keys(tags);
        expect(names.length).toBeLessThanOrEqual(50);
        expect(tags).toMatchObject(backupTags(aVolume({ tags: {} }), backup).tags);
        const copied = all.map(([name]) => name).filter((name) => !/^(aws|groundskeeper):/.test(name));
        const foreign = names.filter((name) => !name.startsWith('groundskeeper:'));
        expect([...foreign, ...leftOut].toSorted()).toEqual(copied.toSorted());
        for (const name of foreign) expect(tags[name]).toBe(all.find(([other]) => other === name)?.[1]);
      }),
    );
  });
});

describe('the copies that a backup is to have', () => {
  it('are tagged as wanted from the beginning', () => {
    const { tags } = backupTags(aVolume(), { ...backup, copies: ['eu-west-1', 'us-west-2'] });
    expect(tags['groundskeeper:copies']).toBe('eu-west-1:wanted us-west-2:wanted');
  });

  it('are read as they were written', () => {
    const copies = new Map([['eu-west-1', 'done'] as const, ['us-gov-west-1', 'failed'] as const]);
    expect(copiesIn(copiesText(copies))).toEqual(copies);
  });

  test.each(['eu-west-1', 'eu-west-1:lost', 'eu-west-1:done,us-west-2:done', ':done'])(
    'are not read from %j',
    (text) => expect(copiesIn(text)).toBeUndefined(),
  );

  it('are none where there is no tag', () => {
    expect(copiesIn(undefined)).toEqual(new Map());
  });
});
