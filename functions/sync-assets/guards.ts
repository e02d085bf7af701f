/** What one run may do at most. */
import { changesIn, countKept, type SyncPlan } from './plan.ts';

/** Of fewer files one page may be half of the site. */
const fewestRows = 10;

/**
 * Takes out of the plan what the guards hold back; the rest of it goes on.
 *
 * @param howToDelete what `maxDeleteShare` holds back, for who reads of it
 * @returns false if nothing may be done: neither may a manifest say that the release is out
 */
export function guard(
  plan: SyncPlan,
  {
    maxDeleteShare,
    maxActions = Number.POSITIVE_INFINITY,
  }: { maxDeleteShare: number; maxActions?: number | undefined },
  howToDelete = 'run the job with a larger maxDeleteShare',
): boolean {
  const { deletes, rows } = plan;
  if (rows >= fewestRows && deletes.length > rows * maxDeleteShare) {
    for (const { key } of deletes) countKept(plan.kept, 'max-delete-share', key);
    plan.deletes = deletes.emptied();
    plan.limits.push(
      `maxDeleteShare is ${maxDeleteShare}: ${deletes.length} of ${rows} files are not in the release, and none of them is deleted; ` +
        `to delete them, ${howToDelete}`,
    );
  }
  const count = plan.uploads.length + plan.headers.length + plan.deletes.length;
  if (count <= maxActions) return true;
  // Half a release is no release.
  for (const { key } of changesIn(plan)) countKept(plan.kept, 'max-actions', key);
  plan.limits.push(`maxActions is ${maxActions}: the release has ${count} changes, and none is made`);
  plan.uploads = plan.uploads.emptied();
  plan.headers = plan.headers.emptied();
  plan.deletes = plan.deletes.emptied();
  return false;
}
