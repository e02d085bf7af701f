/** More members in service: first those whose drain is called off, then those that are started. */
import { resume, start } from './act-members.ts';
import { addTo, chooseStart, resumable, startable, type Zones, zonesOf } from './choose.ts';
import type { ScaleRun } from './clients.ts';
import { within } from './hurry.ts';
import type { Member } from './members.ts';
import type { End } from './tell.ts';

/** Longer than that the stopped do not wait for balancers that take none back, or for one that does not start. */
const patience = { resumeSeconds: 60, startSeconds: 30 };

/** Answers how many of these it has brought in. */
export async function scaleOut(
  members: readonly Member[],
  count: number,
  reason: string,
  run: ScaleRun,
): Promise<number> {
  const zones = zonesOf(members);
  const resuming = within(patience.resumeSeconds, run);
  let done = 0;
  let missing = count;
  for (const member of resumable(members)) {
    if (missing === 0 || resuming.timeLeft() <= 0) break;
    const end = await resume(member, reason, resuming);
    // It may count by now: with another in its place there might be one too many.
    if (end === 'unsure') missing -= 1;
    if (end !== 'done') continue;
    addTo(zones, member);
    done += 1;
    missing -= 1;
  }
  return done + (await startSome(startable(members), zones, missing, reason, run));
}

async function startSome(
  candidates: Member[],
  zones: Zones,
  count: number,
  reason: string,
  run: ScaleRun,
): Promise<number> {
  if (count > 0) tellFailures(candidates, run);
  let left = candidates;
  let done = 0;
  while (done < count && run.timeLeft() > 0) {
    const next = chooseStart(left, zones);
    if (!next) break;
    const end = await start(next, reason, within(patience.startSeconds, run));
    left = leftAfter(end, next, left);
    if (end !== 'done') continue;
    addTo(zones, next);
    done += 1;
  }
  return done;
}

function leftAfter(end: End, tried: Member, candidates: readonly Member[]): Member[] {
  switch (end) {
    // There is none of this type in this zone, but maybe another type, and maybe in another zone.
    case 'no-capacity':
      return candidates.filter(({ zone, type }) => zone !== tried.zone || type !== tried.type);
    // The account's limit holds for all that are left; and one that may have started is not started in another's place.
    case 'quota':
    case 'unsure':
      return [];
    default:
      return candidates.filter((member) => member !== tried);
  }
}

/** EC2 takes a start that cannot last, and tells only afterwards. */
function tellFailures(candidates: readonly Member[], { report }: ScaleRun): void {
  for (const { id, zone, failure } of candidates) {
    if (!failure) continue;
    report.add({
      resource: id,
      decision: 'start',
      reason: 'stopped-by-ec2',
      detail: zone,
      outcome: 'failed',
      error: failure,
    });
  }
}
