import { describe, expect, it, test } from 'vitest';
import {
  archiveId,
  findRelease,
  NoSuchReleaseError,
  nextHead,
  releaseName,
  whyNot,
} from '../../functions/sync-assets/history.ts';
import { historyLength, type ManifestHead, type PublishedRelease } from '../../shared/sites/manifest.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 10, 21, hour)).toISOString();

const aRelease = (name: string, hour: number): PublishedRelease => ({
  id: `releases/${name}.zip@etag`,
  name,
  uploadedAt: at(hour),
  publishedAt: at(hour),
  publication: hour,
});
const aHead = (...names: string[]): ManifestHead => ({
  version: 1,
  site: 'www',
  publication: names.length,
  history: names.map((name, i) => aRelease(name, i + 1)),
  current: `releases/${names.at(-1)}.zip@etag`,
});

describe('an upload', () => {
  test.each([
    ['that is new is published', 'new@1', 9, undefined],
    ['that was published is not', 'releases/b.zip@etag', 2, 'already-published'],
    ['that is older than one that was published is not', 'late@1', 1, 'newer-published'],
    ['of the same second as the newest is', 'twin@1', 2, undefined],
  ])('%s', (_, id, hour, reason) => {
    expect(whyNot(id, at(hour), aHead('a', 'b'))).toBe(reason);
  });
});

describe('a rollback', () => {
  it('goes back to the release first published before the one that stands', () => {
    const head = { ...aHead('a', 'b', 'c'), current: 'releases/b.zip@etag' };
    expect(findRelease(head, 'previous').name).toBe('a');
  });

  it('finds the newest of a name', () => {
    expect(findRelease(aHead('a', 'b', 'a'), 'a').publication).toBe(3);
  });

  it.each([
    [undefined, 'previous'],
    [aHead('a'), 'previous'],
    [aHead('a', 'b'), 'c'],
  ])('says so if there is none', (head, wanted) => {
    expect(() => findRelease(head, wanted)).toThrow(NoSuchReleaseError);
  });
});

describe('the next head', () => {
  const now = new Date(at(20));
  const next = (head: ManifestHead | undefined, name: string) => {
    const { id, uploadedAt } = aRelease(name, 19);
    return nextHead(head, { id, name, uploadedAt }, { site: 'www', now, by: 'request' });
  };

  it('begins with the first release', () => {
    expect(next(undefined, 'a')).toMatchObject({ publication: 1, current: 'releases/a.zip@etag' });
  });

  it('leaves what is published again at its place, as it was uploaded then', () => {
    const head = next(aHead('a', 'b'), 'a');
    expect(head.history.map(({ name, publication }) => [name, publication])).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect(head.history[0]?.uploadedAt).toBe(at(1));
    expect(head.current).toBe('releases/a.zip@etag');
  });

  it('forgets the oldest, but never what stands', () => {
    const names = Array.from({ length: historyLength }, (_, i) => `r${i}`);
    const head = next(aHead(...names), 'new');
    expect(head.history).toHaveLength(historyLength);
    expect(head.history[0]?.name).toBe('r1');
    const rolledBack = next(aHead('old', ...names), 'old');
    expect(rolledBack.history.map(({ name }) => name)).toContain('old');
  });
});

describe('names', () => {
  it('are those of archives below the releases, without their ending', () => {
    expect(releaseName('www/2026/v1.tar.gz', 'www/')).toBe('2026/v1');
    expect(releaseName('v1.zip', '')).toBe('v1');
  });

  it('differ by content in ids', () => {
    const archive = { bucket: 'r', key: 'latest.zip', etag: '1' };
    expect(archiveId(archive)).not.toBe(archiveId({ ...archive, etag: '2' }));
  });
});
