/** Which copies are to be started, which stand, and which are given up. */

import type { StandingBackup } from '../../shared/backups/backup.ts';
import { copyRef, type StandingCopy } from '../../shared/backups/copies.ts';
import { addDuration, readDuration } from '../../shared/duration.ts';
import {
  type CopyOrder,
  type Goal,
  goalOf,
  reasonUnfit,
  regionsOf,
  type Settled,
  type Unfit,
} from './wanted.ts';

/** What is decided of an original's copy to one region, or of one member's copy where it is a set. */
export type CopyDecision = Start | Settlement | Keeping;

export interface Start {
  kind: 'copy';
  reason: 'wanted' | 'failed-before';
  original: StandingBackup;
  region: string;
  part: string;
  attempt: number;
  expires: Date;
  kmsKey: string | undefined;
  /** The part's earlier copies. */
  failed: readonly StandingCopy[];
  /** Whether another part of the original has a copy there. */
  hasOthers: boolean;
}

export interface Settlement {
  kind: 'settle' | 'give-up';
  reason: 'copies-stand' | 'copy-failed' | 'too-late';
  original: StandingBackup;
  region: string;
  detail: string;
  /** Those that stand: one of each part, once it is settled. */
  copies: readonly StandingCopy[];
}

export interface Keeping {
  kind: 'keep';
  reason: KeepReason;
  original: StandingBackup;
  /** Undefined if it is of no region in particular. */
  region?: string;
  detail?: string;
}

export type KeepReason = Unfit | Settled | Waiting | 'too-late';

/** The copy is on its way, or has its turn in a later run. */
export type Waiting = 'copy-under-way' | 'copies-in-flight' | 'max-actions';

/** What one gateway's kinds look like. */
export interface Seen {
  /** Read under the lock. */
  originals: readonly StandingBackup[];
  /** By region, our copies of these. */
  copies: ReadonlyMap<string, readonly StandingCopy[]>;
  /** By region, how many more copies AWS would take. */
  room: ReadonlyMap<string, number>;
}

/** A copy that fails for its key fails every time; one that AWS lost may succeed the next time. */
export const mostAttempts = 3;

/** The oldest first: what has waited longest has its turn first. */
export function decideCopies(seen: readonly Seen[], order: CopyOrder): CopyDecision[] {
  let left = order.maxActions ?? Number.POSITIVE_INFINITY;
  return seen.flatMap(({ originals, copies, room }) => {
    const places = new Map(room);
    const take = (region: string): Waiting | undefined => {
      const free = places.get(region) ?? 0;
      if (free <= 0) return 'copies-in-flight';
      if (left <= 0) return 'max-actions';
      places.set(region, free - 1);
      left -= 1;
      return undefined;
    };
    const oldestFirst = originals.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
    return oldestFirst.flatMap((original) => decideOriginal(original, copies, take, order));
  });
}

type Take = (region: string) => Waiting | undefined;

function decideOriginal(
  original: StandingBackup,
  copies: Seen['copies'],
  take: Take,
  order: CopyOrder,
): CopyDecision[] {
  const unfit = reasonUnfit(original, order);
  if (unfit) return [{ kind: 'keep', reason: unfit, original }];
  const regions = regionsOf(original, order);
  if (regions.length === 0) return [{ kind: 'keep', reason: 'not-planned', original }];
  return regions.flatMap((region) => {
    const goal = goalOf(original, region, order);
    if ('reason' in goal) return [{ kind: 'keep', reason: goal.reason, original, region }];
    return decideRegion({ ...goal, original, region }, copies.get(region) ?? [], take, order);
  });
}

interface Regional extends Goal {
  original: StandingBackup;
  region: string;
}

function decideRegion(
  wish: Regional,
  copies: readonly StandingCopy[],
  take: Take,
  { now }: CopyOrder,
): CopyDecision[] {
  const { original, region, state } = wish;
  const head = { original, region };
  const parts = original.parts.map((part) => partOf(part, original, copies));
  const standing = parts.map((part) => part.standing).filter((copy) => copy !== undefined);
  if (standing.length === parts.length && standing.every((copy) => copy.state === 'completed')) {
    const detail = standing.map(({ id }) => id).join(', ');
    return [{ kind: 'settle', reason: 'copies-stand', ...head, detail, copies: standing }];
  }
  const lacking = parts.filter(({ standing }) => !standing);
  const spent = lacking.find(({ failed }) => failed.length >= mostAttempts);
  if (spent && state !== 'failed') {
    return [{ kind: 'give-up', reason: 'copy-failed', ...head, detail: failureIn(spent), copies: standing }];
  }
  const expires = addDuration(original.startedAt, readDuration(wish.keep));
  if (expires <= now && lacking.length > 0) return [tooLate(wish, expires)];
  return startAll(wish, { parts, lacking, expires }, take);
}

interface Part {
  part: string;
  /** The one that stands or is under way. */
  standing: StandingCopy | undefined;
  failed: readonly StandingCopy[];
}

function partOf(part: string, original: StandingBackup, copies: readonly StandingCopy[]): Part {
  const own = copies.filter(({ copyOf }) => copyOf === copyRef(original, part));
  const alive = own.filter(({ state }) => state !== 'error');
  const standing = alive.find(({ state }) => state === 'completed') ?? alive[0];
  return { part, standing, failed: own.filter(({ state }) => state === 'error') };
}

const failureIn = ({ part, failed }: Part): string =>
  `${part}: ${failed.length} copies of it failed; the last: ${failed.at(-1)?.message ?? 'AWS does not say why'}`;

function tooLate({ original, region, state }: Regional, expires: Date): CopyDecision {
  const detail = `a copy of it would have been kept until ${expires.toISOString()}`;
  const head = { reason: 'too-late', original, region, detail } as const;
  return state === 'wanted' ? { kind: 'give-up', ...head, copies: [] } : { kind: 'keep', ...head };
}

function startAll(
  { original, region, kmsKey }: Regional,
  { parts, lacking, expires }: { parts: readonly Part[]; lacking: readonly Part[]; expires: Date },
  take: Take,
): CopyDecision[] {
  const decisions: CopyDecision[] = [];
  const hasOthers = parts.some(({ standing }) => standing);
  let waiting: Waiting = 'copy-under-way';
  for (const { part, failed } of lacking) {
    const refusal = take(region);
    if (refusal) {
      waiting = refusal;
      break;
    }
    const reason = failed.length > 0 ? 'failed-before' : 'wanted';
    const attempt = failed.length + 1;
    decisions.push({
      kind: 'copy',
      reason,
      original,
      region,
      part,
      attempt,
      expires,
      kmsKey,
      failed,
      hasOthers,
    });
  }
  if (decisions.length === lacking.length && lacking.length > 0) return decisions;
  const failures = lacking.length === 0 ? parts.filter(({ failed }) => failed.length > 0).map(failureIn) : [];
  const detail = failures.length > 0 ? { detail: failures.join('; ') } : {};
  return [...decisions, { kind: 'keep', reason: waiting, original, region, ...detail }];
}
