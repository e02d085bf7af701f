/** The group's state in the ledger: read at a run's beginning, written only where no other run has since. */
import { AutomationError } from '../../shared/errors.ts';
import type { ScaleRun } from './clients.ts';
import type { GroupState } from './group.ts';
import { stateIn, stateText } from './state.ts';

export interface Memory {
  readonly state: GroupState;
  /** Of the row that says so; undefined if there is none yet. */
  readonly version: string | undefined;
}

const nameOf = ({ job }: ScaleRun): string => `scale/${job.group}`;

export async function recall(run: ScaleRun): Promise<Memory> {
  const stored = await run.ledger.readState(nameOf(run));
  return stored
    ? { state: stateIn(stored.text), version: stored.version }
    : { state: {}, version: undefined };
}

/** Writes the state if it is another one than before. */
export async function remember(state: GroupState, memory: Memory, run: ScaleRun): Promise<Memory> {
  const text = stateText(state);
  if (text === stateText(memory.state)) return memory;
  const version = await run.ledger.writeState(nameOf(run), text, memory.version);
  if (version === undefined) {
    throw new AutomationError(
      `The state of ${run.job.group} was written by another run, which goes on with it`,
    );
  }
  return { state, version };
}
