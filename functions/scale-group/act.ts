/** Carries a decision out. */
import { readAutoScalingGroup, setDesiredCapacity } from '../../shared/aws/auto-scaling-groups.ts';
import type { ScaleRun } from './clients.ts';
import type { Decision } from './decide.ts';
import type { ObservedGroup } from './observe.ts';
import { headOf } from './outcomes.ts';
import { scaleIn } from './scale-in.ts';
import { scaleOut } from './scale-out.ts';
import { ChangedMeanwhileError, type Head, tryTo } from './tell.ts';

/** @param taken how much of `maxActions` is used up */
export async function carryOut(
  decision: Decision,
  { members = [] }: ObservedGroup,
  run: ScaleRun,
  taken = 0,
): Promise<void> {
  const { autoScalingGroup, maxActions } = run.job;
  const wanted = Math.abs(decision.to - decision.from);
  const allowed = Math.max(0, Math.min(wanted, (maxActions ?? Number.POSITIVE_INFINITY) - taken));
  if (allowed < wanted) tellLimit(decision, wanted - allowed, run);
  if (autoScalingGroup !== undefined) return setCapacity(autoScalingGroup, decision, allowed, run);
  const scale = decision.kind === 'scale-out' ? scaleOut : scaleIn;
  const done = await scale(members, allowed, decision.reason, run);
  tellGroup(decision, { wanted, done }, run);
}

function tellLimit({ kind, from, to }: Decision, left: number, { job, report }: ScaleRun): void {
  const later = `${left} of ${Math.abs(to - from)} are left to the next run`;
  report.limit(`maxActions is ${job.maxActions}: ${kind} of ${job.group}: ${later}`);
}

async function setCapacity(name: string, decision: Decision, allowed: number, run: ScaleRun): Promise<void> {
  const { aws } = run;
  const { from } = decision;
  const to = decision.to > from ? from + allowed : from - allowed;
  const head = headWith(decision, { wanted: Math.abs(decision.to - from), done: allowed }, run);
  await tryTo(head, run, () =>
    setDesiredCapacity(aws, name, to, async () => {
      // What is terminated does not come back: somebody else may have changed it since the run has looked.
      const group = await readAutoScalingGroup(aws, name);
      if (!group || ![from, to].includes(group.desired)) throw new ChangedMeanwhileError('changed-meanwhile');
    }),
  );
}

interface Progress {
  wanted: number;
  done: number;
}

function headWith(decision: Decision, { wanted, done }: Progress, { job }: ScaleRun): Head {
  const head = headOf(decision, job);
  return done < wanted ? { ...head, detail: `${head.detail}; ${done} of ${wanted}` } : head;
}

/** The group as a whole: what is missing of it has been told instance by instance. */
function tellGroup(decision: Decision, progress: Progress, run: ScaleRun): void {
  const told = headWith(decision, progress, run);
  if (run.job.dryRun) run.report.add({ ...told, outcome: 'withheld' });
  else run.report.add({ ...told, outcome: progress.done > 0 ? 'done' : 'kept' });
}
