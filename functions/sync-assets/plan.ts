/** What a run is to change, of all keys: gathered as they are walked, so that unchanged ones leave no trace but a bit. */
import type { ListedObject, ObjectHeaders } from '../../shared/aws/s3/s3.ts';
import { partBytes } from '../../shared/sites/content-tag.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import { Bits } from './bits.ts';
import { type Change, ChangeList } from './change-list.ts';
import {
  type Decision,
  decide,
  type KeepReason,
  type Known,
  type Order,
  type PathRules,
  type Question,
} from './decide.ts';
import { digestOf, type SiteRules } from './headers.ts';
import type { ChangedKeys } from './journal.ts';
import { merge, type Sides } from './merge.ts';
import type { Told } from './outcomes.ts';
import type { Source } from './sources/source.ts';

interface Write {
  reason: string;
  headers: ObjectHeaders;
  isEntryPoint: boolean;
  /** There was nothing under this key. */
  isNew: boolean;
  /** It has no row yet. */
  isUnrecorded: boolean;
}

interface UploadKind extends Write {
  kind: 'upload';
  /** What a person should know besides. */
  warning: string | undefined;
}

interface HeadersKind extends Write {
  kind: 'headers';
}

interface RemovalKind {
  kind: 'delete';
  reason: string;
}

/** Its ETag and CRC-32 are the source's. */
export type UploadChange = Change<UploadKind>;
/** These are of the object that is copied onto itself. */
export type HeaderChange = Change<HeadersKind>;
/** Its ETag is that of the object that is ours: another one under this key is not deleted. */
export type Removal = Change<RemovalKind>;

/** Why a key is left as it is: by its decision, by a guard, or since there is no source to mend it from. */
export type Kept = KeepReason | 'max-delete-share' | 'max-actions' | 'unfinished' | 'gone';

export type KeepTally = Map<Kept, { count: number; examples: string[] }>;

export interface SyncPlan {
  uploads: ChangeList<UploadKind>;
  headers: ChangeList<HeadersKind>;
  deletes: ChangeList<RemovalKind>;
  kept: KeepTally;
  /** Ours, left behind by a run that died: they get rows. */
  adopted: ListedObject[];
  /** Those whose rows may say no more what is there, since a run that died may have written them. */
  relearnt: Map<string, ListedObject>;
  /** Those that another hand has put others in place of: they have no row any more. */
  disowned: Set<string>;
  /** Of each row, in their order: whether the release has its file. */
  present: Bits;
  /** How many rows there are. */
  rows: number;
  /** What a guard holds back. */
  limits: string[];
}

type Key = Known & { key: string; path: string };

/** Of a key, what can be said before its content is read. */
interface Draft {
  key: Key;
  rulesOfPath: PathRules;
  decision: Decision | Question;
}

export interface PlanOrder {
  source: Source;
  rules: SiteRules;
  order: Order;
  /** Whether a run that died may have written the key. */
  isDoubtful: (key: string) => boolean;
}

/** A source that has to read contents may do so for some at once; the others of these wait, for the sake of the order. */
const draftsAtOnce = 64;
/** Of their contents. */
const mostBytesRead = 64 * 1024 * 1024;

export async function makePlan(sides: Sides, planOrder: PlanOrder): Promise<SyncPlan> {
  const plan: SyncPlan = {
    uploads: new ChangeList(sides.prefix),
    headers: new ChangeList(sides.prefix),
    deletes: new ChangeList(sides.prefix),
    kept: new Map(),
    adopted: [],
    relearnt: new Map(),
    disowned: new Set(),
    present: new Bits(),
    rows: 0,
    limits: [],
  };
  const { rules, source, order } = planOrder;
  let drafts: Draft[] = [];
  let bytes = 0;
  const finish = async () => {
    const finished = await Promise.all(drafts.map((draft) => decided(draft, source, order)));
    drafts.forEach(({ key }, i) => {
      note(plan, key, finished[i] as Decision, rules);
    });
    drafts = [];
    bytes = 0;
  };
  for await (const known of merge(sides)) {
    const key = { ...known, path: known.key.slice(sides.prefix.length) };
    const rulesOfPath = rulesFor(key, planOrder);
    countRow(plan, key, rulesOfPath);
    const decision = decide(key, rulesOfPath, order);
    if (decision.kind === 'ask') bytes += Math.min(key.entry?.size ?? 0, partBytes);
    if (drafts.push({ key, rulesOfPath, decision }) >= draftsAtOnce || bytes >= mostBytesRead) await finish();
  }
  await finish();
  return plan;
}

async function decided(
  { key, rulesOfPath, decision }: Draft,
  source: Source,
  order: Order,
): Promise<Decision> {
  if (decision.kind !== 'ask' || !key.entry) return answered(decision);
  return answered(decide(key, rulesOfPath, order, await source.tagOf(key.entry)));
}

function answered(decision: Decision | Question): Decision {
  if (decision.kind === 'ask') throw new TypeError('A content was read, and still nothing is decided');
  return decision;
}

/** What is excluded counts as there: nothing is known of it. */
function countRow(plan: SyncPlan, { row, entry }: Key, { isExcluded }: PathRules): void {
  if (!row) return;
  if (entry || isExcluded) plan.present.set(plan.rows);
  plan.rows += 1;
}

/** What a release has is asked for less: most of it stays as it is. */
const rulesFor = ({ key, path, entry }: Key, { rules, isDoubtful }: PlanOrder): PathRules => ({
  isExcluded: rules.isExcluded(path),
  isFingerprinted: entry === undefined && rules.isFingerprinted(path),
  headers: entry ? digestOf(rules.headersOf(path)) : '',
  isDoubtful: isDoubtful(key),
});

function note(
  plan: SyncPlan,
  { key, path, entry, row, listed }: Key,
  decision: Decision,
  rules: SiteRules,
): void {
  noteRow(plan, key, row, decision);
  if (decision.kind === 'keep') {
    countKept(plan.kept, decision.reason, key);
    return;
  }
  const { reason } = decision;
  if (decision.kind === 'delete') {
    const { size, etag } = listed ?? row ?? { size: 0, etag: '' };
    plan.deletes.push({ key, size, etag }, { kind: 'delete', reason });
    return;
  }
  if (!entry) throw new TypeError(`${key} is to be written, and no source has it`);
  const write: Write = {
    reason,
    headers: rules.headersOf(path),
    isEntryPoint: rules.isEntryPoint(path),
    isNew: !row && !listed,
    isUnrecorded: row === undefined,
  };
  const { size, crc32, etag } = entry;
  if (decision.kind === 'headers') {
    plan.headers.push({ key, size, ...decision.of }, { kind: 'headers', ...write });
    return;
  }
  // Browsers keep such a file for a year, whatever we do now.
  const isReused = reason === 'content-changed' && rules.isFingerprinted(path);
  const warning = isReused ? 'fingerprint-reused' : undefined;
  plan.uploads.push({ key, size, crc32, etag }, { kind: 'upload', warning, ...write });
}

/** What the next manifest says of a key by itself, whatever is done. */
function noteRow(plan: SyncPlan, key: string, row: ManifestRow | undefined, decision: Decision): void {
  if (row && decision.reason === 'not-ours') plan.disowned.add(key);
  else if (!('found' in decision)) return;
  else if (row) plan.relearnt.set(key, decision.found);
  else plan.adopted.push(decision.found);
}

export function countKept(kept: KeepTally, reason: Kept, key: string): void {
  const tally = kept.get(reason) ?? { count: 0, examples: [] };
  tally.count += 1;
  if (tally.examples.length < 3) tally.examples.push(key);
  kept.set(reason, tally);
}

/** All that is to be done. */
export function* changesIn({ uploads, headers, deletes }: SyncPlan): Generator<Told> {
  yield* uploads;
  yield* headers;
  yield* deletes;
}

/** For those who keep copies. Of fingerprinted files, too: once deleted, nothing tells that a name is used again. */
export function changesOf({ uploads, headers, deletes }: SyncPlan): ChangedKeys {
  const isNew = (write: Write) => write.isNew;
  const isOld = (write: Write) => !write.isNew;
  return {
    added: keysOf([uploads.filter(isNew)]),
    changed: keysOf([uploads.filter(isOld), headers]),
    deleted: keysOf([deletes]),
  };
}

const keysOf = (lists: readonly Iterable<{ key: string }>[]): Iterable<string> => ({
  *[Symbol.iterator]() {
    for (const list of lists) for (const { key } of list) yield key;
  },
});

/** Nothing is to be written, and there is nothing that only the manifest has to say. */
export const isIdle = ({ uploads, headers, deletes, adopted, relearnt }: SyncPlan): boolean =>
  uploads.length + headers.length + deletes.length + adopted.length + relearnt.size === 0;
