/** Fewer members in service: out of the balancers, and stopped once they have finished what they had in hand. */
import { drain, stop } from './act-members.ts';
import { addTo, chooseDrain, drainable, zonesOf } from './choose.ts';
import type { ScaleRun } from './clients.ts';
import { within } from './hurry.ts';
import type { Member } from './members.ts';
import { observePlaces } from './observe-places.ts';

/** Longer than that the group's other runs do not wait for balancers that do not answer. */
const patienceSeconds = 60;

/** Answers how many of these it has taken out of service. */
export async function scaleIn(
  members: readonly Member[],
  count: number,
  reason: string,
  whole: ScaleRun,
): Promise<number> {
  const run = within(patienceSeconds, whole);
  const zones = zonesOf(members);
  const drained: Member[] = [];
  let left = drainable(members);
  let missing = count;
  while (missing > 0 && run.timeLeft() > 0) {
    const next = chooseDrain(left, zones);
    if (!next) break;
    left = left.filter((member) => member !== next);
    const end = await drain(next, reason, run);
    if (end === 'done') drained.push(next);
    // Only in the place of one that is certainly as it was another may go.
    if (end === 'protected' || end === 'not-found') continue;
    addTo(zones, next, -1);
    missing -= 1;
  }
  if (!run.job.dryRun) await stopThoseGone(drained, run);
  return drained.length;
}

/** Most balancers take their time: a later run finds these by their marks. */
async function stopThoseGone(drained: readonly Member[], run: ScaleRun): Promise<void> {
  const { instances } = run.job;
  if (!instances || drained.length === 0 || run.timeLeft() <= 0) return;
  const placesOf = await observePlaces(run.aws, instances, { withDelays: false });
  for (const member of drained) {
    if (run.timeLeft() <= 0) return;
    const isGone = placesOf(member.id).every(({ state }) => state === 'absent');
    if (isGone && member.state === 'running') await stop(member, 'drained', run);
  }
}
