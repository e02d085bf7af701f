/** What a run is to change, of all keys: gathered as they are walked, so that unchanged ones leave no trace but a bit. */
import type { ListedObject, ObjectHeaders } from '../../shared/aws/s3/s3.ts';
import { compareKeys } from '../../shared/sites/keys.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import type { Changes } from '../../shared/sites/synced.ts';
import { Bits } from './bits.ts';
import { type Decision, decide, type KeepReason, type Known, type Order, type PathRules } from './decide.ts';
import { digestOf, type SiteRules } from './headers.ts';
import { merge, type Sides } from './merge.ts';
import type { Told } from './outcomes.ts';
import type { Source } from './sources/source.ts';
import type { Upload } from './upload.ts';

interface FileChange extends Told {
  headers: ObjectHeaders;
  isEntryPoint: boolean;
  /** There was nothing under this key. */
  isNew: boolean;
  /** It has no row yet. */
  isUnrecorded: boolean;
}

export interface UploadChange extends FileChange, Upload {
  kind: 'upload';
}

export interface HeaderChange extends FileChange {
  kind: 'headers';
  etag: string;
  tag: string;
  crc32: number | undefined;
}

export interface Removal extends Told {
  kind: 'delete';
  /** Of the object that is ours: another one under this key is not deleted. */
  etag: string;
  isFingerprinted: boolean;
}

/** Why a key is left as it is: by its decision, by a guard, or since there is no source to mend it from. */
export type Kept = KeepReason | 'max-delete-share' | 'max-actions' | 'unfinished' | 'gone';

export type KeepTally = Map<Kept, { count: number; examples: string[] }>;

export interface SyncPlan {
  uploads: UploadChange[];
  headers: HeaderChange[];
  deletes: Removal[];
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

/** The content of its source has to be read. */
interface Question {
  key: Key;
  rulesOfPath: PathRules;
}

export interface PlanOrder {
  source: Source;
  rules: SiteRules;
  order: Order;
  /** Whether a run that died may have written the key. */
  isDoubtful: (key: string) => boolean;
}

/** A source that has to read contents may do so for some at once. */
const questionsAtOnce = 32;

export async function makePlan(sides: Sides, planOrder: PlanOrder): Promise<SyncPlan> {
  const plan: SyncPlan = {
    uploads: [],
    headers: [],
    deletes: [],
    kept: new Map(),
    adopted: [],
    relearnt: new Map(),
    disowned: new Set(),
    present: new Bits(),
    rows: 0,
    limits: [],
  };
  const { rules } = planOrder;
  let questions: Question[] = [];
  const answer = async () => {
    const asked = questions;
    questions = [];
    const tags = await Promise.all(
      asked.map(async ({ key }) => (key.entry ? planOrder.source.tagOf(key.entry) : undefined)),
    );
    asked.forEach(({ key, rulesOfPath }, i) => {
      note(plan, key, answered(decide(key, rulesOfPath, planOrder.order, tags[i])), rules);
    });
  };
  for await (const known of merge(sides)) {
    const key = { ...known, path: known.key.slice(sides.prefix.length) };
    const rulesOfPath = rulesFor(key, planOrder);
    countRow(plan, key, rulesOfPath);
    const decision = decide(key, rulesOfPath, planOrder.order);
    if (decision.kind !== 'ask') note(plan, key, decision, rules);
    else if (questions.push({ key, rulesOfPath }) >= questionsAtOnce) await answer();
  }
  await answer();
  // What was asked about came later than its neighbours.
  for (const changes of [plan.uploads, plan.headers]) changes.sort((a, b) => compareKeys(a.key, b.key));
  return plan;
}

function answered(decision: ReturnType<typeof decide>): Decision {
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
    const isFingerprinted = rules.isFingerprinted(path);
    plan.deletes.push({ kind: 'delete', key, reason, bytes: size, etag, isFingerprinted });
    return;
  }
  if (!entry) throw new TypeError(`${key} is to be written, and no source has it`);
  const { size: bytes } = entry;
  const isEntryPoint = rules.isEntryPoint(path);
  const change = { key, reason, bytes, isEntryPoint, headers: rules.headersOf(path), isNew: !row && !listed };
  const isUnrecorded = row === undefined;
  if (decision.kind === 'headers') {
    plan.headers.push({ ...change, kind: 'headers', isUnrecorded, ...decision.of });
    return;
  }
  // Browsers keep such a file for a year, whatever we do now.
  const isReused = reason === 'content-changed' && rules.isFingerprinted(path);
  const warning = isReused ? 'fingerprint-reused' : undefined;
  plan.uploads.push({ ...change, kind: 'upload', isUnrecorded, entry, warning });
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

/**
 * For those who keep copies. They may keep those of fingerprinted files that are deleted: no page asks for them any
 * more, and their names are not used again. One that a dead run wrote is in its journal.
 */
export function changesOf({ uploads, headers, deletes }: SyncPlan): Changes {
  const deleted = deletes.filter(({ isFingerprinted }) => !isFingerprinted).map(({ key }) => key);
  const changes: Changes = { added: [], changed: [], deleted };
  for (const { key, isNew } of uploads) (isNew ? changes.added : changes.changed).push(key);
  for (const { key } of headers) changes.changed.push(key);
  return changes;
}

/** Nothing is to be written, and there is nothing that only the manifest has to say. */
export const isIdle = ({ uploads, headers, deletes, adopted, relearnt }: SyncPlan): boolean =>
  uploads.length + headers.length + deletes.length + adopted.length + relearnt.size === 0;
