/** What is remembered of a group from run to run, and how it goes on. Pure. */
import * as z from 'zod/mini';
import { ObservationError } from '../../shared/errors.ts';
import type { Decision } from './decide.ts';
import type { GroupState, SeenGroup } from './group.ts';
import type { ScaleGroupJob } from './job.ts';
import { overrideOf } from './override.ts';
import { transitionOf } from './transition.ts';

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const change = { at: time, from: z.int(), to: z.int() };
// Not strict: what a later version adds is none of this one's business.
const groupState = z.object({
  lastOut: z.exactOptional(z.object(change)),
  lastIn: z.exactOptional(z.object({ ...change, previousAt: z.exactOptional(time) })),
  begun: z.exactOptional(z.object({ ...change, actedOn: z.exactOptional(z.string()) })),
  override: z.exactOptional(z.object({ capacity: z.int(), until: time, before: z.int() })),
  actedOn: z.exactOptional(z.string()),
});

export const stateText = (state: GroupState): string => JSON.stringify(state);

/** @throws ObservationError if it is not one: it is not as if there were none */
export function stateIn(text: string): GroupState {
  try {
    return groupState.parse(JSON.parse(text));
  } catch (cause) {
    throw new ObservationError(`The state reads ${text}: expected what scale-group has written`, { cause });
  }
}

/** The state once AWS has been looked at: what was begun is settled, and what a person asks for is in it. */
export function stateNow(state: GroupState, group: SeenGroup, job: ScaleGroupJob, now: Date): GroupState {
  const known = settled(state, group, now);
  const override = overrideOf(job, group, known, now);
  if (override) return { ...known, override };
  const { override: _forgotten, ...rest } = known;
  return rest;
}

/** So long after a call EC2 may still answer as if there had been none. */
const unseenSeconds = 30;

/** What was begun has happened, or has not, or AWS may not show it yet. */
export function settled(state: GroupState, { capacity }: Pick<SeenGroup, 'capacity'>, now: Date): GroupState {
  const { begun, ...rest } = state;
  if (!begun) return state;
  const { actedOn, ...asked } = begun;
  const direction = Math.sign(asked.to - asked.from);
  // Some of what was asked for is a change, too: of several instances one may not have started.
  if (Math.sign(capacity - asked.from) !== direction) {
    return now.getTime() - asked.at.getTime() < unseenSeconds * 1_000 ? state : rest;
  }
  const happened = { ...asked, to: capacity };
  // Of what a run that was cut off has left undone, the next delivery of its event does the rest.
  const isWhole = Math.abs(capacity - asked.from) >= Math.abs(asked.to - asked.from);
  const previousAt = rest.lastIn?.at;
  return {
    ...rest,
    ...(direction > 0
      ? { lastOut: happened }
      : { lastIn: { ...happened, ...(previousAt && { previousAt }) } }),
    ...(actedOn !== undefined && isWhole && { actedOn }),
  };
}

/** The state before AWS is asked for what was decided. */
export const beginning = (
  state: GroupState,
  { from, to }: Decision,
  { alarm }: Pick<ScaleGroupJob, 'alarm'>,
  at: Date,
): GroupState => ({
  ...state,
  begun: { at, from, to, ...(alarm && { actedOn: transitionOf(alarm) }) },
});

/** An override that has ended is forgotten once the group has what it was to have after it. */
export function restored(
  state: GroupState,
  { reason, to }: Decision,
  { capacity }: Pick<SeenGroup, 'capacity'>,
): GroupState {
  const { override: _ended, ...rest } = state;
  return reason === 'override-ended' && to === capacity ? rest : state;
}
