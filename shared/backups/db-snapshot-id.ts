/** The identifiers that RDS snapshots of ours have: readable, and a proof of what they are. */
import { createHash } from 'node:crypto';
import { parseSlotId } from '../slot.ts';

/** What a snapshot is a backup of, and for which appointment of whom. */
export interface DatabaseBackup {
  owner: string;
  /** See `slot.ts`. */
  slot: string;
  /** `db:…`, `cluster:…` */
  source: string;
}

/** RDS API reference, CreateDBSnapshot and CreateDBClusterSnapshot. */
const longest = { db: 255, cluster: 63 };

const hashLength = 10;

/**
 * `<owner>-<backup>-<tier>-<time>-<database>-<hash>`, the same for the same backup and attempt, and no two
 * owners' alike: a creation that is repeated makes no second snapshot. Where RDS takes no more, the longest
 * of the readable parts are cut short; the hash is of them all.
 * @param attempt counted from 1: what failed keeps its identifier.
 */
export function databaseSnapshotId(backup: DatabaseBackup, attempt = 1): string {
  const { owner, slot, source } = backup;
  const [type, database = ''] = source.split(':');
  const { backup: name = '', tier = '', time } = parseSlotId(slot) ?? {};
  const end = attempt > 1 ? `${hashOf(backup)}-${attempt}` : hashOf(backup);
  const when = time?.toISOString().slice(0, 19).replaceAll(/[-:]/g, '') ?? '';
  const most = type === 'cluster' ? longest.cluster : longest.db;
  // `g-`, the time and the end with their hyphens stand whole.
  const room = most - `g--${when}-${end}`.length;
  const [who = '', what = '', which = '', whose = ''] = cutTo(room, [owner, name, tier, database].map(plain));
  const head = [who, what, which, when.toLowerCase(), whose].filter((part) => part !== '').join('-');
  return `${/^[a-z]/.test(head) ? head : `g-${head}`}-${end}`;
}

/** True if that is the identifier of this backup, at any attempt: what another one was given by its tags alone is not. */
export function isDatabaseSnapshotId(id: string, backup: DatabaseBackup): boolean {
  return new RegExp(`-${hashOf(backup)}(-\\d+)?$`).test(id);
}

const hashOf = ({ owner, slot, source }: DatabaseBackup): string =>
  createHash('sha256').update([owner, slot, source].join('\n')).digest('hex').slice(0, hashLength);

/** Letters, digits and single hyphens, none of them first or last. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

function cutTo(room: number, parts: readonly string[]): string[] {
  const cut = [...parts];
  while (cut.join('-').length > room) {
    const longestOne = cut.indexOf(cut.reduce((a, b) => (b.length > a.length ? b : a)));
    cut[longestOne] = (cut[longestOne] ?? '').slice(0, -1).replace(/-$/, '');
  }
  return cut;
}
