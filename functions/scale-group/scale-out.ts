/** More members in service: first those whose drain is called off, then those that are started. */
import { resume, start } from './act-members.ts';
import { addTo, chooseStart, resumable, startable, type Zones, zonesOf } from './choose.ts';
import type { ScaleRun } from './clients.ts';
import type { Member } from './members.ts';

/** Answers how many of these it has brought in. */
export async function scaleOut(
  members: readonly Member[],
  count: number,
  reason: string,
  run: ScaleRun,
): Promise<number> {
  const zones = zonesOf(members);
  let done = 0;
  for (const member of resumable(members)) {
    if (done === count) return done;
    const end = await resume(member, reason, run);
    // It may count by now: with another in its place there might be one too many.
    if (end === 'unsure') return done;
    if (end !== 'done') continue;
    addTo(zones, member);
    done += 1;
  }
  return done + (await startSome(startable(members), zones, count - done, reason, run));
}

async function startSome(
  candidates: Member[],
  zones: Zones,
  count: number,
  reason: string,
  run: ScaleRun,
): Promise<number> {
  let left = candidates;
  let done = 0;
  while (done < count) {
    const next = chooseStart(left, zones);
    if (!next) break;
    left = left.filter((member) => member !== next);
    const end = await start(next, reason, run);
    if (end === 'done') {
      addTo(zones, next);
      done += 1;
    }
    // There is none of this type in this zone, but maybe another type, and maybe in another zone.
    if (end === 'no-capacity')
      left = left.filter(({ zone, type }) => zone !== next.zone || type !== next.type);
    // The account's limit holds for all that are left; and one that may have started is not started in another's place.
    if (end === 'quota' || end === 'unsure') break;
  }
  return done;
}
