/** A set of an instance that is frozen while it is begun: whether it is more than crash-consistent, and what is said. */
import { createHash } from 'node:crypto';
import { tagSnapshots } from '../../shared/aws/ec2-snapshots.ts';
import { awsErrorOf } from '../../shared/aws/errors.ts';
import type { Patience } from '../../shared/aws/persist.ts';
import type { Run } from '../../shared/entrypoint.ts';
import { AutomationError } from '../../shared/errors.ts';
import type { InstanceBackup } from '../../shared/job.ts';
import { LeaseLostError } from '../../shared/lease.ts';
import { extraTagKeys } from '../../shared/tags.ts';
import type { TakeSnapshotsClients } from './clients.ts';
import type { SetCreation } from './decide-sets.ts';
import { type Thaw, whileFrozen } from './freeze.ts';
import type { FreezeOrder } from './freeze-scripts.ts';
import type { TakeSnapshotsJob } from './job.ts';

/** The job wants no backup without the freeze, and the freeze could not be confirmed: none was made. */
export class FreezeRefusedError extends AutomationError {
  override name = 'FreezeRefusedError';
}

/** The job wants no backup without the freeze, but that it did not hold was seen only after the set was made. */
export class FreezeLostError extends AutomationError {
  override name = 'FreezeLostError';
}

type Create = (creation: SetCreation, patience?: Patience) => Promise<string[]>;

type TakeRun = Run<TakeSnapshotsJob, TakeSnapshotsClients>;

export async function takeFrozen(
  creation: SetCreation,
  selected: InstanceBackup,
  run: TakeRun,
  create: Create,
): Promise<{ id: string; detail: string }> {
  const { source: instance, set } = creation;
  const order = orderFor(set.id, selected, run);
  const {
    freeze,
    result: members,
    thaw,
  } = await whileFrozen(run.aws, instance, order, (patience) => create(creation, patience));
  if (freeze.state === 'frozen' && members) {
    return { id: set.id, detail: await judged(members, thaw, { instance, selected, run }) };
  }
  const problem = freeze.state === 'frozen' ? 'nothing was made' : freeze.why;
  const why = thaw.followed ? problem : `${problem}; a command after it failed or took too long`;
  if (selected.unfrozen === 'refuse') throw new FreezeRefusedError(`${instance} was not frozen: ${why}`);
  run.log.warn('set.unfrozen', { resource: instance, why });
  await create(creation);
  return { id: set.id, detail: `crash-consistent: ${why}` };
}

function orderFor(set: string, selected: InstanceBackup, { aws, clock, owner }: TakeRun): FreezeOrder {
  const { freeze = [], before = [], after = [], freezeSeconds, commandSeconds } = selected;
  const number = Math.floor(aws.patience.random() * 2 ** 48).toString(36);
  return {
    key: createHash('sha256').update(`${owner} ${set}`).digest('hex').slice(0, 32),
    token: `${clock.now().getTime().toString(36)}-${number}`,
    paths: freeze,
    freezeSeconds,
    before,
    after,
    commandSeconds,
  };
}

interface Circumstances {
  instance: string;
  selected: InstanceBackup;
  run: TakeRun;
}

/** What the set is, once the thaw has told: tagged so, and in words. */
async function judged(
  members: readonly string[],
  thaw: Thaw,
  { instance, selected, run }: Circumstances,
): Promise<string> {
  const isHeld = thaw.state === 'held' && selected.freeze !== undefined;
  const untagged = isHeld ? await tag(members, thaw, run) : undefined;
  const problems = [
    thaw.state === 'held' ? undefined : thaw.why,
    thaw.followed ? undefined : 'a command after it failed or took too long',
    untagged,
  ].filter((problem) => problem !== undefined);
  const text = sentence(isHeld && untagged === undefined, isHeld ? thaw : undefined, problems);
  if (problems.length === 0) return text;
  if (selected.unfrozen === 'refuse')
    throw new FreezeLostError(`The set of ${instance} was made, but ${text}`);
  run.log.warn('set.unfrozen', { resource: instance, why: text });
  return text;
}

function sentence(isApplication: boolean, held: Thaw | undefined, problems: readonly string[]): string {
  const frozen = held ? [`frozen for ${held.frozenSeconds} s`] : [];
  const why = [...frozen, ...problems].join(', ') || 'the commands went well';
  return `${isApplication ? 'application' : 'crash'}-consistent: ${why}`;
}

/** Answers why it could not be done: then the set stays what it was made as, crash-consistent. */
async function tag(
  members: readonly string[],
  { frozenSeconds }: Thaw,
  { aws, owner, job, emitMetric }: TakeRun,
): Promise<string | undefined> {
  const tags = {
    [extraTagKeys.consistency]: 'application',
    [extraTagKeys.frozenSeconds]: String(frozenSeconds),
  };
  try {
    await tagSnapshots(aws, members, tags);
    emitMetric({ dimensions: { owner, backup: job.backup }, values: { FrozenSeconds: frozenSeconds } });
    return undefined;
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    const { name, message } = awsErrorOf(error);
    return `it could not be tagged so: ${name}: ${message}`;
  }
}
