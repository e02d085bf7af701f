/** Invalidates in CloudFront what a release changed, and nothing else. See docs/invalidate-cdn.md. */
import type { AutomationFunction } from '../../shared/entrypoint.ts';
import { carryOut } from './act.ts';
import type { CdnClients, CdnRun } from './clients.ts';
import { type Decision, decideInvalidation, type Subject } from './decide.ts';
import { putInQueue, secondsLeft } from './defer.ts';
import { observeDistributions, type SeenDistributions } from './distributions.ts';
import { type InvalidateCdnJob, invalidateCdnJob } from './job.ts';
import { narrow } from './narrow.ts';
import { observeChanges } from './observe.ts';
import { siteKeys } from './site-keys.ts';

export const invalidateCdn: AutomationFunction<InvalidateCdnJob, CdnClients> = {
  name: 'invalidate-cdn',
  job: invalidateCdnJob,
  narrow,
  takesMessages: true,
  run: async (run) => {
    if (await putBack(run)) return;
    const { job } = run;
    const subject: Subject = {
      job,
      changes: await observeChanges(run),
      // Lambda's own second try of an invocation has the same id.
      publication: job.publication ?? (run.invocation.split('/')[0] as string),
      readKeys: siteKeys(run),
    };
    const seen = await observeDistributions(run);
    const decisions: Decision[] = [];
    for (const distribution of seen.found) decisions.push(await decideInvalidation(distribution, subject));
    sayMissing(seen, run);
    await carryOut(decisions, subject, run);
  },
};

/** SQS keeps a message back for 15 minutes at most: one that comes before its time goes back for the rest. */
async function putBack(run: CdnRun): Promise<boolean> {
  const { job, queueUrl, report } = run;
  if (queueUrl === undefined || job.dryRun || secondsLeft(job, run.clock.now()) <= 0) return false;
  await putInQueue(job, queueUrl, run);
  const detail = `not before ${job.deferral?.notBefore}`;
  report.add({ resource: job.site, decision: 'enqueue', reason: 'too-early', outcome: 'done', detail });
  return true;
}

function sayMissing({ found, missing }: SeenDistributions, { job, report }: CdnRun): void {
  for (const id of missing) {
    const error = { name: 'NoSuchDistribution', message: `There is no distribution ${id}` };
    report.add({ resource: id, decision: 'invalidate', reason: 'not-found', outcome: 'failed', error });
  }
  if (found.length + missing.length > 0) return;
  const detail = `no distribution has s3://${job.bucket}/${job.prefix} as its origin`;
  report.add({ resource: job.site, decision: 'keep', reason: 'no-distribution', outcome: 'kept', detail });
}
