/** Goes on with what earlier runs have begun: registers what has started, stops what has drained. */
import { drain, forget, register, resume, stop } from './act-members.ts';
import { resumable } from './choose.ts';
import type { ScaleRun } from './clients.ts';
import type { Decision } from './decide.ts';
import { dueSteps, type Step } from './due.ts';
import { within } from './hurry.ts';
import type { Member } from './members.ts';
import type { ObservedGroup } from './observe.ts';
import type { End } from './tell.ts';

/** Longer than that the decision does not wait for balancers that do not answer. */
const patienceSeconds = 60;

/**
 * Before the decision itself is carried out, which may call drains off: these are left alone. Answers how many
 * instances it has stopped, as `maxActions` counts them. What there is no time for, the next run finds.
 */
export async function settleMembers(
  { members = [], strangers = [] }: ObservedGroup,
  whole: ScaleRun,
  decision: Pick<Decision, 'from' | 'to'>,
): Promise<number> {
  const run = within(patienceSeconds, whole);
  for (const id of strangers)
    run.report.add({ resource: id, decision: 'keep', reason: 'in-auto-scaling-group', outcome: 'kept' });
  const wanted = resumable(members).slice(0, Math.max(0, decision.to - decision.from));
  let stops = 0;
  for (const step of dueSteps(members, run.clock.now())) {
    if (run.timeLeft() <= 0) break;
    if (wanted.includes(step.member)) continue;
    if (step.kind !== 'stop') await take(step, run);
    else if (isAllowed(step, stops, run)) stops += await stopOne(step, run);
  }
  return stops;
}

async function take(step: Exclude<Step, { kind: 'stop' }>, run: ScaleRun): Promise<void> {
  const { member, reason } = step;
  switch (step.kind) {
    case 'register':
      await register(member, step.places, reason, run);
      break;
    case 'drain':
      await unlessProtected(member, run, drain(member, reason, run));
      break;
    case 'resume':
      await resume(member, reason, run);
      break;
    case 'unmark':
      await forget(member, reason, run);
      break;
    case 'keep': {
      const detail = step.detail === undefined ? {} : { detail: step.detail };
      run.report.add({ resource: member.id, decision: 'keep', reason, outcome: 'kept', ...detail });
    }
  }
}

function isAllowed({ member }: Step, stops: number, { job, report }: ScaleRun): boolean {
  if (stops < (job.maxActions ?? Number.POSITIVE_INFINITY)) return true;
  report.add({ resource: member.id, decision: 'keep', reason: 'max-actions', outcome: 'kept' });
  report.limit(`maxActions is ${job.maxActions}: the next run stops ${member.id}`);
  return false;
}

async function stopOne({ member, reason }: Step, run: ScaleRun): Promise<number> {
  const end = await unlessProtected(member, run, stop(member, reason, run));
  // EC2 would refuse it at every tick, while it is of no use.
  if (end === 'refused') await resume(member, end, run);
  return end === 'done' ? 1 : 0;
}

/** One that a person has protected meanwhile goes back to work: it would neither be stopped nor be of use. */
async function unlessProtected(member: Member, run: ScaleRun, attempt: Promise<End>): Promise<End> {
  const end = await attempt;
  if (end === 'protected') await resume(member, end, run);
  return end;
}
