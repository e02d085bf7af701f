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

export type Tags = Readonly<Record<string, string>>;
