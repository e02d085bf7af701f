/** Work that is done while a site's lock is held. */
import type { SyncRun } from './clients.ts';
import type { HeldLock } from './lock.ts';
import type { Seen } from './observe.ts';

/**
 * `moved`: what was seen is not so any more, and nothing was changed. `told`: a dead run's work is not done, but
 * who keeps copies has heard of it.
 */
export type End = 'done' | 'unfinished' | 'moved' | 'told';

/**
 * Whatever happens, the lock says afterwards how it ended.
 *
 * @param work is given what renews the lock before each request
 * @returns false if what was seen has moved
 */
export async function untilDone(
  lock: HeldLock,
  { run, seen }: { run: SyncRun; seen: Seen },
  work: (place: SyncRun['aws']) => Promise<End>,
): Promise<boolean> {
  const patience = { ...run.aws.patience, heartbeat: lock.heartbeat };
  let end: End = 'unfinished';
  try {
    end = await work({ ...run.aws, patience });
  } finally {
    // What a dead run has left undone is undone still.
    const mayGo = end === 'done' || (end === 'moved' && !seen.staleLock);
    await (mayGo ? lock.release() : leave(lock, end === 'told', run));
  }
  return end !== 'moved';
}

async function leave(lock: HeldLock, told: boolean, { log, job }: SyncRun): Promise<void> {
  try {
    await lock.abandon(told ? { told } : {});
  } catch (error) {
    // It ends by itself, or is another run's by now.
    log.warn('lock.not-abandoned', { site: job.site, error: String(error) });
  }
}
