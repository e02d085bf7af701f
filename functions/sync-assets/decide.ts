/** What becomes of one key: pure. Contents are compared by what is known of them, never by time. */
import type { ListedObject } from '../../shared/aws/s3/s3.ts';
import { addDuration, type Duration } from '../../shared/duration.ts';
import { isContentTag } from '../../shared/sites/content-tag.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import type { SourceEntry } from './sources/source.ts';

/** What is known of a key from each side. */
export interface Known {
  entry?: SourceEntry | undefined;
  row?: ManifestRow | undefined;
  listed?: ListedObject | undefined;
}

/** What the plan says of the key's path. */
export interface PathRules {
  isExcluded: boolean;
  /** Asked only of what the release has not. */
  isFingerprinted: boolean;
  /** `digestOf` the headers that it is to have. */
  headers: string;
  /** A run that died may have written it: of its headers no listing tells. */
  isDoubtful: boolean;
}

/** What holds for all keys of a run. */
export interface Order {
  /** The target was listed: what is not in the listing is not there. */
  isListed: boolean;
  /** Which this one is, or which stands. */
  publication: number;
  keepReleases: number;
  grace: Duration;
  now: Date;
  /** Whether a run that died brought it, before it could write it into the manifest. */
  isLeftBehind: (listed: ListedObject) => boolean;
}

export type KeepReason = 'unchanged' | 'excluded' | 'kept-release' | 'grace' | 'not-ours';

export type Decision =
  | { kind: 'upload'; reason: 'new' | 'content-changed' | 'changed-by-another' | 'missing' }
  /** `of`: what is known of the object that is copied onto itself. */
  | {
      kind: 'headers';
      reason: 'headers-changed';
      of: { etag: string; tag: string; crc32: number | undefined };
    }
  /** `found`: of a run that died, so ours; until it is deleted it has a row, and that says what is there. */
  | { kind: 'delete'; reason: 'gone'; found?: ListedObject }
  | { kind: 'keep'; reason: KeepReason; found?: ListedObject };

/** To be decided again, with the tag of the source's content: that has to be read. */
export type Question = { kind: 'ask' };

const keep = (reason: KeepReason): Decision => ({ kind: 'keep', reason });
const upload = (reason: (Decision & { kind: 'upload' })['reason']): Decision => ({ kind: 'upload', reason });

/** @param tag of the source's content, where it was asked for */
export function decide(known: Known, rules: PathRules, order: Order, tag?: string): Decision | Question {
  const { entry, row, listed } = known;
  const found = row && listed && rules.isDoubtful ? { found: listed } : {};
  if (rules.isExcluded) return { ...keep('excluded'), ...found };
  if (entry) return row ? ofBoth(entry, row, known, rules, order, tag) : ofNew(entry, listed, tag);
  if (row) return { ...ofGone(row, listed, rules, order), ...found };
  return listed ? ofUnknown(listed, rules, order) : keep('not-ours');
}

function ofBoth(
  entry: SourceEntry,
  row: ManifestRow,
  { listed }: Known,
  rules: PathRules,
  order: Order,
  tag: string | undefined,
): Decision | Question {
  if (order.isListed && !listed) return upload('missing');
  const content = compare(entry, row, tag);
  if (content === 'ask') return { kind: 'ask' };
  if (content === 'other') return upload('content-changed');
  if (listed && listed.etag !== row.etag) return upload('changed-by-another');
  return row.headers === rules.headers && !rules.isDoubtful ? keep('unchanged') : headersOf(row);
}

/** Of a bucket that was filled by another hand, or by a run that died, the headers are not known. */
function ofNew(
  entry: SourceEntry,
  listed: ListedObject | undefined,
  tag: string | undefined,
): Decision | Question {
  if (!listed) return upload('new');
  const there = { size: listed.size, crc32: undefined, tag: contentTag(listed.etag) };
  const content = compare(entry, there, tag);
  if (content === 'ask') return { kind: 'ask' };
  return content === 'other'
    ? upload('content-changed')
    : headersOf({ etag: listed.etag, tag: there.tag, crc32: entry.crc32 });
}

const headersOf = ({ etag, tag, crc32 }: Pick<ManifestRow, 'etag' | 'tag' | 'crc32'>): Decision => ({
  kind: 'headers',
  reason: 'headers-changed',
  of: { etag, tag, crc32 },
});

function ofGone(
  row: ManifestRow,
  listed: ListedObject | undefined,
  { isFingerprinted }: PathRules,
  order: Order,
): Decision {
  if (listed && listed.etag !== row.etag && !order.isLeftBehind(listed)) return keep('not-ours');
  const isThere = !order.isListed || listed !== undefined;
  if (!isFingerprinted || !isThere) return { kind: 'delete', reason: 'gone' };
  if (row.seen > order.publication - order.keepReleases) return keep('kept-release');
  const goneSince = row.goneSince === undefined ? order.now : new Date(row.goneSince);
  return addDuration(goneSince, order.grace) > order.now ? keep('grace') : { kind: 'delete', reason: 'gone' };
}

/** Pages of the run that died may be open somewhere: their fingerprinted files are kept as others are. */
function ofUnknown(listed: ListedObject, { isFingerprinted }: PathRules, order: Order): Decision {
  if (!order.isLeftBehind(listed)) return keep('not-ours');
  return isFingerprinted
    ? { kind: 'keep', reason: 'kept-release', found: listed }
    : { kind: 'delete', reason: 'gone', found: listed };
}

type Comparison = 'same' | 'other' | 'ask';

/** @param tag of the entry's content, if it was computed */
export function compare(
  { size, crc32, etag = '' }: SourceEntry,
  there: Pick<ManifestRow, 'size' | 'crc32' | 'tag'>,
  tag?: string,
): Comparison {
  if (size !== there.size) return 'other';
  if (crc32 !== undefined && there.crc32 !== undefined) return verdict(crc32 === there.crc32);
  if (there.tag === '') return 'other';
  const own = tag ?? contentTag(etag);
  return own === '' ? 'ask' : verdict(own === there.tag);
}

const verdict = (isSame: boolean): Comparison => (isSame ? 'same' : 'other');

/** `''` where an ETag says nothing of the content. */
export const contentTag = (etag: string): string => (isContentTag(etag) ? etag : '');
