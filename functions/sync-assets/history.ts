/** The releases that a site had: which one a job means, and what the next manifest says. */
import { AutomationError } from '../../shared/errors.ts';
import { historyLength, type ManifestHead, type PublishedRelease } from '../../shared/sites/manifest.ts';

/** There is no such release, or it cannot be published again. */
export class NoSuchReleaseError extends AutomationError {
  override name = 'NoSuchReleaseError';
}

/** A release that is to be published. */
export type NewRelease = Omit<PublishedRelease, 'publishedAt' | 'publication'>;

export const archiveId = ({ bucket, key, etag }: { bucket: string; key: string; etag: string }): string =>
  `${bucket}/${key}@${etag}`;

/** An archive's key below the releases of the site, without its ending. */
export function releaseName(key: string, releasesPrefix: string): string {
  const path = key.startsWith(releasesPrefix) ? key.slice(releasesPrefix.length) : key;
  return path.replace(/\.(zip|tar\.gz|tgz)$/, '');
}

/** Why an upload is not published; undefined if it is. The later upload wins, whenever its event comes. */
export function whyNot(
  id: string,
  uploadedAt: string,
  { history }: Pick<ManifestHead, 'history'>,
): 'already-published' | 'newer-published' | undefined {
  if (history.some((release) => release.id === id)) return 'already-published';
  const time = Date.parse(uploadedAt);
  return history.some((release) => Date.parse(release.uploadedAt) > time) ? 'newer-published' : undefined;
}

export const currentOf = ({ history, current }: ManifestHead): PublishedRelease | undefined =>
  history.find(({ id }) => id === current);

/**
 * @param wanted `previous`, which is the one first published before that which stands, or a name, of which the newest is meant
 * @throws NoSuchReleaseError
 */
export function findRelease(head: ManifestHead | undefined, wanted: string): PublishedRelease {
  if (!head) throw new NoSuchReleaseError('Nothing was published here yet: there is no manifest');
  const { history, current } = head;
  const known = `published were, the last one first: ${history
    .map(({ name }) => name)
    .reverse()
    .slice(0, 20)
    .join(', ')}`;
  if (wanted === 'previous') {
    const previous = history[history.findIndex(({ id }) => id === current) - 1];
    if (!previous) throw new NoSuchReleaseError(`There is no release before the one that stands; ${known}`);
    return previous;
  }
  const named = history.findLast(({ name }) => name === wanted);
  if (!named) throw new NoSuchReleaseError(`There is no release "${wanted}"; ${known}`);
  return named;
}

/** The head of the manifest once the release is out. Published again it keeps its place in the history. */
export function nextHead(
  head: ManifestHead | undefined,
  release: NewRelease,
  { site, now, by }: { site: string; now: Date; by: string },
): ManifestHead {
  const publication = (head?.publication ?? 0) + 1;
  const published = { ...release, publishedAt: now.toISOString(), publication };
  const history = head?.history ?? [];
  const isKnown = history.some(({ id }) => id === release.id);
  const next = isKnown
    ? history.map((one) =>
        one.id === release.id ? { ...one, ...published, uploadedAt: one.uploadedAt } : one,
      )
    : [...history, published];
  // What stands is never forgotten, however old: its id says what a verification reads.
  const kept = next.filter(({ id }, i) => id === release.id || next.length - i <= historyLength);
  return { version: 1, site, by, publication, history: kept, current: release.id };
}
