/** Gives a group of instances the capacity that its load and the clock demand. See docs/scale-group.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { AutomationError } from '../../shared/errors.ts';
import { underLock } from '../../shared/under-lock.ts';
import { carryOut } from './act.ts';
import type { ScaleClients, ScaleRun } from './clients.ts';
import { type Decision, decideCapacity } from './decide.ts';
import { endOverride } from './end-override.ts';
import type { GroupState } from './group.ts';
import { type ScaleGroupJob, scaleGroupJob } from './job.ts';
import { type Memory, recall, remember } from './memory.ts';
import { narrow } from './narrow.ts';
import { type ObservedGroup, observeGroup } from './observe.ts';
import { observeSignals } from './observe-signals.ts';
import { headOf, tellFaults } from './outcomes.ts';
import { isOver } from './override.ts';
import { settleMembers } from './settle-members.ts';
import { beginning, restored, settled, stateNow } from './state.ts';

export const scaleGroup: AutomationFunction<ScaleGroupJob, ScaleClients> = {
  name: 'scale-group',
  job: scaleGroupJob,
  narrow,
  run: async (run) => {
    const { group, dryRun, override } = run.job;
    // Two that decide at once would both add what one of them adds.
    if (dryRun) return scale(run);
    const isDone = await underLock({ lock: `scale/${group}`, resource: group }, run, scale);
    // No later run knows of it: the person has to.
    if (!isDone && override !== undefined)
      throw new AutomationError(`Another run is at work on ${group}: the override was not taken; ask again`);
  },
};

async function scale(run: ScaleRun): Promise<void> {
  const { job, clock, report } = run;
  const memory = await recall(run);
  if (job.override === 'end') return endOverride(memory, run);
  const observed = await observeGroup(run);
  const now = clock.now();
  const { group } = observed;
  const state = stateNow(memory.state, group, job, now);
  const isByHand = state.override !== undefined && !isOver(state.override, now);
  // While a person's word holds no load is heard: that it cannot be measured is no matter, either.
  const signals = isByHand || group.ignoresPolicies ? [] : await observeSignals(observed.inService, run);
  await follow(decideCapacity({ job, group, signals, state, now }), { observed, state, memory }, run);
  tellFaults(signals, job, report);
}

interface Known {
  observed: ObservedGroup;
  state: GroupState;
  memory: Memory;
}

async function follow(decision: Decision, { observed, state, memory }: Known, run: ScaleRun): Promise<void> {
  const { job, clock, report } = run;
  if (decision.kind === 'keep') {
    if (!job.dryRun) await remember(restored(state, decision, observed.group), memory, run);
    report.add({ ...headOf(decision, job), outcome: 'kept' });
    await settleMembers(observed, run, decision);
    return;
  }
  const begun = job.dryRun
    ? memory
    : await remember(beginning(state, decision, job, clock.now()), memory, run);
  await carryOut(decision, observed, run, await settleMembers(observed, run, decision));
  if (!job.dryRun) await rememberSeen(decision, begun, run);
}

/** Nothing is remembered as done before AWS shows it: what it does not show yet, the next run finds. */
async function rememberSeen(decision: Decision, memory: Memory, run: ScaleRun): Promise<void> {
  const { group } = await observeGroup(run);
  await remember(restored(settled(memory.state, group, run.clock.now()), decision, group), memory, run);
}
