/** The tags that everything Groundskeeper creates carries from its creation call on. */
export const ownTagPrefix = 'groundskeeper:';

export const tagKeys = {
  /** Service and stage: whose it is. Only what carries our own value is ever changed or deleted. */
  owner: 'groundskeeper:owner',
  /** The backup's name in the plan. */
  plan: 'groundskeeper:plan',
  tier: 'groundskeeper:tier',
  /** `slot.ts`: the appointment that it was made for. */
  slot: 'groundskeeper:slot',
  /** ISO 8601, UTC: when it may be deleted. */
  expires: 'groundskeeper:expires',
  /** The resource that it is a backup of. */
  source: 'groundskeeper:source',
} as const;

/** What some backups carry besides. */
export const extraTagKeys = {
  /** `<owner>/<slot>/<instance>`: the set that this snapshot is a member of. */
  set: 'groundskeeper:set',
  /** How many snapshots the set has: one with fewer is no backup. */
  members: 'groundskeeper:members',
  /** `crash` or `application`: what may be expected of the file systems in it. */
  consistency: 'groundskeeper:consistency',
  /** For how long file systems were frozen for it. */
  frozenSeconds: 'groundskeeper:frozen-seconds',
  /** `<region>:wanted|done|failed`, separated by spaces: the copies that this backup should have, and has. */
  copies: 'groundskeeper:copies',
  /** `<region>/<id>`: what this is a copy of. */
  copyOf: 'groundskeeper:copy-of',
  /** The name of the image that this snapshot is a part of. */
  image: 'groundskeeper:image',
  /** The slot that it was made for, before it took the place of a missing one. */
  promotedFrom: 'groundskeeper:promoted-from',
} as const;

export type Tags = Readonly<Record<string, string>>;
