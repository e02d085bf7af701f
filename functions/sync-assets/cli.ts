/** `npm run sync`: publishes a folder of this machine to a site, or to a prefix of a bucket. */
import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { systemClock } from '../../shared/clock.ts';
import { regionHere } from '../../shared/config.ts';
import { AutomationError } from '../../shared/errors.ts';
import { Reporter } from '../../shared/report.ts';
import type { Announce } from './announce.ts';
import { asksForUsage, type Order, readOrder, UsageError, usage } from './cli-arguments.ts';
import { patienceByHand } from './cli-patience.ts';
import { type Progress, readable, showProgress } from './cli-progress.ts';
import type { SyncRun } from './clients.ts';
import { syncAssetsJob } from './job.ts';
import { publish } from './publish.ts';
import { openFolder } from './sources/open.ts';

/**
 * Collects garbage once the heap has grown by half, where V8 lets a small one grow fourfold: with 100,000 files
 * that is 30 MB. A Node that does not know the flag says so, and goes on.
 */
setFlagsFromString('--heap-growing-percent=50');

async function sync(order: Order): Promise<void> {
  const startedAt = systemClock.now();
  const region = order.region ?? regionHere();
  const { fields, owner } = await placeOf(order, region);
  const progress = showProgress(process.stdout);
  const report = new Reporter(progress.log);
  const run = { ...newRun(order, { fields, owner, region }), startedAt, report, log: progress.log };
  const leftOut = new Set<string>();
  const options = { all: order.all, onLeftOut: (path: string) => leftOut.add(path) };
  const local = { name: order.name, open: (prefix: string) => openFolder(order.folder, prefix, options) };
  try {
    await publish(run, {
      local,
      watch: progress.watch,
      announce: 'site' in order.target ? announceLater : undefined,
      howToDelete: 'run it again with --max-delete-share 1',
    });
  } finally {
    progress.end();
  }
  sayLeftOut([...leftOut]);
  sayEnd(order, report, progress, startedAt);
}

const announceLater: Announce = async (...said) => (await import('./announce.ts')).announce(...said);

async function placeOf({ target, stage }: Order, region: string): Promise<{ fields: object; owner: string }> {
  if ('site' in target) return (await import('./cli-site.ts')).plannedSite(target.site, stage, region);
  const lastFolder = target.prefix.split('/').at(-2) ?? target.bucket;
  return { fields: { ...target, site: siteNameOf(lastFolder) }, owner: '' };
}

/** As names of sites may be. */
const siteNameOf = (text: string): string =>
  text
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    ?.join('-')
    .slice(0, 40)
    .replace(/-$/, '') ?? 'site';

function newRun(
  { verify, dryRun, maxDeleteShare }: Order,
  { fields, owner, region }: { fields: object; owner: string; region: string },
): Omit<SyncRun, 'startedAt' | 'report' | 'log'> {
  const parsed = syncAssetsJob.safeParse({
    ...fields,
    verify,
    dryRun,
    ...(maxDeleteShare !== undefined && { maxDeleteShare }),
  });
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new UsageError(wrong.join('\n'));
  }
  const patience = patienceByHand();
  const clients = {
    s3: s3Client({ region }),
    eventBridge: async () => (await import('../../shared/aws/event-bridge.ts')).eventBridgeClient({ region }),
  };
  return {
    job: parsed.data,
    owner,
    invocation: randomUUID(),
    timeLeft: patience.timeLeft,
    clock: patience.clock,
    aws: { ...clients, region, patience },
  };
}

function sayLeftOut(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const more = paths.length > 10 ? ` and ${paths.length - 10} more` : '';
  const named = paths.slice(0, 10).join(', ');
  process.stdout.write(`Left out: ${named}${more}; --all publishes such files, too\n`);
}

function sayEnd({ dryRun }: Order, report: Reporter, { totals }: Progress, startedAt: Date): void {
  const { summary } = report.finish({ function: 'sync', dryRun, startedAt: '', finishedAt: '' });
  const seconds = ((Date.now() - startedAt.getTime()) / 1000).toFixed(1);
  const { uploads, headers, deletes, bytes } = totals();
  const counts = [
    `${uploads} uploaded (${readable(bytes)})`,
    `${headers} with new headers`,
    `${deletes} deleted`,
    `${summary.kept} kept`,
  ];
  process.stdout.write(`${dryRun ? 'Would be: ' : ''}${counts.join(', ')}; ${seconds} s\n`);
  if (report.isClean) return;
  throw new AutomationError(`Not all could be done:\n${report.complaints.join('\n')}`);
}

try {
  const args = process.argv.slice(2);
  if (asksForUsage(args)) process.stdout.write(`${usage}\n`);
  else await sync(readOrder(args));
} catch (error) {
  // What is wrong in the order, the plan, the folder or the account; the stack of our code would only bury it.
  const { name, message, code } = error as NodeJS.ErrnoException;
  // Where none of a host's addresses answers, Node's error has a code and no message.
  const said = message || `No answer: ${code}`;
  process.stderr.write(`${name.endsWith('Error') && name !== 'Error' ? '' : `${name}: `}${said}\n`);
  process.exitCode = 1;
}
