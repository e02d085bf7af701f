/** Carries a decision out. */
import { readAutoScalingGroup, setDesiredCapacity } from '../../shared/aws/auto-scaling-groups.ts';
import type { ScaleRun } from './clients.ts';
import type { Decision } from './decide.ts';
import type { ObservedGroup } from './observe.ts';
import { headOf } from './outcomes.ts';
import { scaleIn } from './scale-in.ts';
import { scaleOut } from './scale-out.ts';
import { ChangedMeanwhileError, tryTo } from './tell.ts';

/** @param taken how much of `maxActions` is used up */
export async function carryOut(
  decision: Decision,
  { members = [] }: ObservedGroup,
  run: ScaleRun,
  taken = 0,
): Promise<void> {
  const { autoScalingGroup, maxActions } = run.job;
  if (autoScalingGroup !== undefined) return setCapacity(autoScalingGroup, decision, run);
  const wanted = Math.abs(decision.to - decision.from);
  const allowed = Math.max(0, Math.min(wanted, (maxActions ?? Number.POSITIVE_INFINITY) - taken));
  const scale = decision.kind === 'scale-out' ? scaleOut : scaleIn;
  const done = await scale(members, allowed, decision.reason, run);
  tellGroup(decision, { wanted, allowed, done }, run);
}

async function setCapacity(name: string, decision: Decision, run: ScaleRun): Promise<void> {
  const { aws, job } = run;
  await tryTo(headOf(decision, job), run, () =>
    setDesiredCapacity(aws, name, decision.to, async () => {
      // What is terminated does not come back: somebody else may have changed it since the run has looked.
      const group = await readAutoScalingGroup(aws, name);
      const capacities = [decision.from, decision.to];
      if (!group || !capacities.includes(group.desired)) throw new ChangedMeanwhileError('changed-meanwhile');
    }),
  );
}

interface Progress {
  wanted: number;
  allowed: number;
  done: number;
}

/** The group as a whole: what is missing of it has been told instance by instance. */
function tellGroup(decision: Decision, { wanted, allowed, done }: Progress, { job, report }: ScaleRun): void {
  const head = headOf(decision, job);
  const detail = done < wanted ? `${head.detail}; ${done} of ${wanted}` : head.detail;
  const told = { ...head, ...(detail !== undefined && { detail }) };
  if (allowed < wanted) {
    const later = `${wanted - allowed} of ${wanted} are left to the next run`;
    report.limit(`maxActions is ${job.maxActions}: ${decision.kind} of ${job.group}: ${later}`);
  }
  if (job.dryRun) report.add({ ...told, outcome: 'withheld' });
  else report.add(done > 0 ? { ...told, outcome: 'done' } : { ...told, outcome: 'kept' });
}
