/** The tags that a backup carries from its creation on. */
import { type Slot, slotId } from '../slot.ts';
import { extraTagKeys, ownTagPrefix, type Tags, tagKeys } from '../tags.ts';

// EC2 and RDS take 50 tags a resource, `aws:` ones not counted.
const mostTags = 50;

export interface NewBackup {
  owner: string;
  slot: Slot;
  expires: Date;
  /** The regions that it is to be copied to. */
  copies: readonly string[];
}

/** Ours, then as many of the source's own as there is room for, its name first; `leftOut`: the others' keys. */
export function backupTags(
  source: { id: string; tags: Tags },
  { owner, slot, expires, copies }: NewBackup,
  extra: Tags = {},
): { tags: Tags; leftOut: string[] } {
  const ours: Tags = {
    [tagKeys.owner]: owner,
    [tagKeys.plan]: slot.backup,
    [tagKeys.tier]: slot.tier,
    [tagKeys.slot]: slotId(slot),
    [tagKeys.expires]: expires.toISOString(),
    [tagKeys.source]: source.id,
    ...(copies.length > 0 && { [extraTagKeys.copies]: wantedCopies(copies) }),
    ...extra,
  };
  const copied = Object.keys(source.tags)
    .filter((key) => !key.startsWith('aws:') && !key.startsWith(ownTagPrefix))
    .sort((a, b) => Number(b === 'Name') - Number(a === 'Name') || (a < b ? -1 : 1));
  // Some of ours are added later: there must be room for them then.
  const room = mostTags - Object.keys(tagKeys).length - Object.keys(extraTagKeys).length;
  // Not by assignment: a tag may be named `__proto__`.
  const fitting = Object.fromEntries(copied.slice(0, room).map((key) => [key, source.tags[key] ?? '']));
  return { tags: { ...fitting, ...ours }, leftOut: copied.slice(room) };
}

export type CopyState = 'wanted' | 'done' | 'failed';

const wantedCopies = (regions: readonly string[]): string =>
  copiesText(new Map(regions.map((region) => [region, 'wanted'])));

/** `eu-west-1:wanted us-west-2:done`: RDS takes neither commas nor semicolons in a tag's value. */
export const copiesText = (copies: ReadonlyMap<string, CopyState>): string =>
  [...copies].map(([region, state]) => `${region}:${state}`).join(' ');

/** What the tag says of a backup's copies, by region; undefined if it is not one that we wrote. */
export function copiesIn(text: string | undefined): Map<string, CopyState> | undefined {
  const copies = new Map<string, CopyState>();
  for (const word of (text ?? '').split(' ').filter((word) => word !== '')) {
    const [, region, state] = /^([a-z0-9-]+):(wanted|done|failed)$/.exec(word) ?? [];
    if (region === undefined) return undefined;
    copies.set(region, state as CopyState);
  }
  return copies;
}
