import { describe, expect, it, test } from 'vitest';
import {
  compare,
  type Decision,
  decide,
  type Known,
  type Order,
  type PathRules,
} from '../../functions/sync-assets/decide.ts';
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';

const tag = 'a'.repeat(32);
const otherTag = 'b'.repeat(32);
const now = new Date('2026-11-21T02:15:00Z');

const entry = { path: 'app.js', size: 10, crc32: 1 };
const aRow = (overrides: Partial<ManifestRow> = {}): ManifestRow => ({
  key: 'app.js',
  size: 10,
  tag,
  crc32: 1,
  etag: tag,
  headers: 'h',
  seen: 7,
  ...overrides,
});
const aListing = (overrides: Partial<ListedObject> = {}): ListedObject => ({
  key: 'app.js',
  etag: tag,
  size: 10,
  lastModified: now,
  ...overrides,
});
const rules: PathRules = { isExcluded: false, isFingerprinted: false, headers: 'h', isDoubtful: false };
const order: Order = {
  isListed: true,
  publication: 8,
  keepReleases: 2,
  grace: { count: 1, unit: 'day' },
  now,
  isLeftBehind: () => false,
};
const unlisted = { ...order, isListed: false };
const copy = { etag: tag, tag, crc32: 1 };
const keep = (reason: string) => ({ kind: 'keep', reason }) as Decision;
const upload = (reason: string) => ({ kind: 'upload', reason }) as Decision;
const gone: Decision = { kind: 'delete', reason: 'gone' };

describe('a file of the release', () => {
  test.each<[string, Known, Partial<PathRules>, Decision]>([
    ['is uploaded where there is nothing', { entry }, {}, upload('new')],
    ['stays where all is as it is to be', { entry, row: aRow(), listed: aListing() }, {}, keep('unchanged')],
    [
      'is uploaded where its content is another',
      { entry, row: aRow({ crc32: 2 }), listed: aListing() },
      {},
      upload('content-changed'),
    ],
    [
      'is uploaded where another hand was at it',
      { entry, row: aRow(), listed: aListing({ etag: otherTag }) },
      {},
      upload('changed-by-another'),
    ],
    ['is uploaded where another hand deleted it', { entry, row: aRow() }, {}, upload('missing')],
    [
      'gets other headers by a copy',
      { entry, row: aRow(), listed: aListing() },
      { headers: 'other' },
      { kind: 'headers', reason: 'headers-changed', of: copy },
    ],
    [
      'gets its headers again where a dead run may have given it others',
      { entry, row: aRow(), listed: aListing() },
      { isDoubtful: true },
      { kind: 'headers', reason: 'headers-changed', of: copy },
    ],
    [
      'is uploaded where another hand’s object has another size',
      { entry, listed: aListing({ size: 11 }) },
      {},
      upload('content-changed'),
    ],
    ['is left alone if it is excluded', { entry }, { isExcluded: true }, keep('excluded')],
  ])('%s', (_, known, some, decision) => {
    expect(decide(known, { ...rules, ...some }, order)).toEqual(decision);
  });

  it('is taken for what its row says where nobody looked', () => {
    expect(decide({ entry, row: aRow() }, rules, unlisted)).toEqual(keep('unchanged'));
  });

  it('gets headers by a copy where another hand brought the same content', () => {
    const known = { entry, listed: aListing() };
    expect(decide(known, rules, order)).toEqual({ kind: 'ask' });
    expect(decide(known, rules, order, tag)).toEqual({
      kind: 'headers',
      reason: 'headers-changed',
      of: copy,
    });
    expect(decide(known, rules, order, otherTag)).toEqual(upload('content-changed'));
  });
});

describe('a file that the release has not', () => {
  const isFingerprinted = true;
  test.each<[string, ManifestRow, Partial<PathRules>, Decision]>([
    ['is deleted', aRow(), {}, gone],
    ['is left alone if it is excluded', aRow(), { isExcluded: true }, keep('excluded')],
    ['stays while one of the last releases had it', aRow(), { isFingerprinted }, keep('kept-release')],
    ['gets a time of grace after that', aRow({ seen: 6 }), { isFingerprinted }, keep('grace')],
    [
      'stays until that is over',
      aRow({ seen: 6, goneSince: '2026-11-20T02:15:01Z' }),
      { isFingerprinted },
      keep('grace'),
    ],
    ['is deleted after it', aRow({ seen: 6, goneSince: '2026-11-20T02:15:00Z' }), { isFingerprinted }, gone],
  ])('%s', (_, row, some, decision) => {
    expect(decide({ row, listed: aListing() }, { ...rules, ...some }, order)).toEqual(decision);
    expect(decide({ row }, { ...rules, ...some }, unlisted)).toEqual(decision);
  });

  it.each([{}, { isFingerprinted }, { isDoubtful: true }])(
    'stays where another hand has put another in its place: %o',
    (some) => {
      const row = aRow({ etag: otherTag });
      expect(decide({ row, listed: aListing() }, { ...rules, ...some }, order)).toMatchObject(
        keep('not-ours'),
      );
    },
  );

  it('is deleted where a dead run has put another in its place', () => {
    const known = { row: aRow({ etag: otherTag }), listed: aListing() };
    const afterDeath = { ...order, isLeftBehind: () => true };
    expect(decide(known, { ...rules, isDoubtful: true }, afterDeath)).toEqual({
      ...gone,
      found: known.listed,
    });
  });

  it('loses its row if another hand deleted it', () => {
    expect(decide({ row: aRow() }, { ...rules, isFingerprinted }, order)).toEqual(gone);
  });
});

describe('an object without a row', () => {
  const listed = aListing();

  it('is not ours', () => {
    expect(decide({ listed }, rules, order)).toEqual(keep('not-ours'));
  });

  it('is deleted if a dead run brought it, and kept if a page of that may need it', () => {
    const afterDeath = { ...order, isLeftBehind: () => true };
    expect(decide({ listed }, rules, afterDeath)).toEqual({ ...gone, found: listed });
    expect(decide({ listed }, { ...rules, isFingerprinted: true }, afterDeath)).toEqual({
      ...keep('kept-release'),
      found: listed,
    });
  });
});

describe('contents', () => {
  const there = { size: 10, crc32: undefined, tag };
  test.each([
    ['of other sizes are others', { size: 11 }, there, 'other'],
    ['are compared by CRC-32', { size: 10, crc32: 1, etag: otherTag }, { ...there, crc32: 1 }, 'same'],
    ['are compared by tag', { size: 10, crc32: 1, etag: tag }, there, 'same'],
    ['are others by tag', { size: 10, etag: otherTag }, there, 'other'],
    ['have to be read where an ETag says nothing', { size: 10, etag: 'kms' }, there, 'ask'],
    ['are others where nothing is known of what is there', { size: 10 }, { ...there, tag: '' }, 'other'],
  ])('%s', (_, known, row, verdict) => {
    expect(compare({ path: 'a', ...known }, row)).toBe(verdict);
  });
});
