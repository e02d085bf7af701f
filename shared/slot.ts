/**
 * A slot is one appointment of one tier: `<backup>/<tier>/<scheduled time>`. It is what makes a run
 * idempotent: two deliveries of one event name the same slot, and a slot is taken once. The owner
 * (service and stage) is not part of it, since ledger and tags are already the owner's own.
 */
export interface Slot {
  backup: string;
  tier: string;
  time: Date;
}

/** `data/daily/2026-11-21T02:15:00Z`: sortable, valid as a tag's value, to the second. */
export function slotId({ backup, tier, time }: Slot): string {
  return `${backup}/${tier}/${time.toISOString().slice(0, 19)}Z`;
}

/** The inverse of `slotId`; undefined if `id` was not written by it. */
export function parseSlotId(id: string): Slot | undefined {
  const [backup, tier, time, ...rest] = id.split('/');
  if (!backup || !tier || !time || rest.length > 0) return undefined;
  const slot = { backup, tier, time: new Date(time) };
  if (Number.isNaN(slot.time.getTime())) return undefined;
  // JavaScript reads 31 February as 3 March.
  return slotId(slot) === id ? slot : undefined;
}
