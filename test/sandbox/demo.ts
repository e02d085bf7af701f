/**
 * `npm run demo`: deploys into a local AWS with the real `serverless deploy`, lets eight days of the
 * deployed schedules pass, and shows what happened. It leaves nothing behind, also when interrupted.
 */
import { readFileSync } from 'node:fs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { RDSClient } from '@aws-sdk/client-rds';
import { systemClock } from '../../shared/clock.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import { Calendar } from './demo/calendar.ts';
import { accountLines, Company, copyRegion } from './demo/company.ts';
import { Fleet } from './demo/fleet.ts';
import { heading, listed, print, progress, quiet, step, table } from './demo/page.ts';
import { printStanding } from './demo/standing.ts';
import { acts, isScalingTime, mishaps, type Place, span } from './demo/story.ts';
import { Timeline, tierOf } from './demo/timeline.ts';
import { Website } from './demo/website.ts';
import type { AwsEvent } from './lambda/rules.ts';
import { type Delivery, type Deployment, deploy, type Start } from './lambda-host.ts';
import { startSandbox } from './sandbox.ts';
import type { Sandbox } from './types.ts';

const planFile = new URL('demo/plan.yml', import.meta.url);
const region = 'us-east-1';
const stage = 'demo';
const access = { region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

const interruption = new AbortController();
const { signal } = interruption;

/** Than here time passes for the functions: their waits, for a freeze or between copies, are minutes otherwise. */
const timesFaster = 10;

/** What is to be ended, the last first. */
const closers: (() => Promise<void>)[] = [];

async function demo(): Promise<void> {
  print(heading('Groundskeeper: eight days in an account of your own machine'));
  print();
  const sandbox = await step('starting a local AWS (the emulator moto; nothing leaves this machine)', () =>
    unlessInterrupted(startSandbox()),
  );
  closers.push(() => sandbox.close());
  sandbox.setTime(span.from);
  const local = { ...access, endpoint: sandbox.url };
  const clients = {
    ec2: new EC2Client(local),
    rds: new RDSClient(local),
    elsewhere: new EC2Client({ ...local, region: copyRegion }),
  };
  const company = await step('seeding the account of a small company', () => Company.found(clients, sandbox));
  const fleet = await Fleet.found(sandbox, company);
  const deployment = await step('deploying into it with the real `serverless deploy`', () =>
    deploy(sandbox, { stage, region, signal, timesFaster, plan: readFileSync(planFile, 'utf8') }),
  );
  closers.push(() => deployment.close());
  print();
  printAccount();
  printSchedules(deployment);

  const tiers = tiersOf(deployment);
  const calendar = new Calendar(zoneOf(deployment));
  const started = performance.now();
  const runs = await letPass(
    { sandbox, deployment, company, website: new Website(sandbox, deployment), fleet },
    new Timeline(company, calendar, tiers),
    calendar,
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  print();
  const counts = [...runs].map(([name, count]) => `${name} ${count}×`);
  print(quiet(`  Schedules started in these ${seconds} s: ${listed(counts)}.`));
  print(
    quiet(
      '  Of those that run every hour, or more often, one start in three hours; of groups those of one day.',
    ),
  );
  print();
  const owner = deployment.stack.functions[0]?.environment['GROUNDSKEEPER_OWNER'] ?? '';
  const rows = await ledgerRows(sandbox, owner);
  await printStanding({ company, calendar, now: span.to, tiers, owner, rows });
}

function printAccount(): void {
  print(heading('The account'));
  for (const line of accountLines) print(`  ${line}`);
  print();
}

function printSchedules({ schedules, stack }: Deployment): void {
  print(heading('What was deployed, read back from the stack'));
  const nameOf = (target: string) =>
    stack.functions.find(({ logicalId }) => logicalId === target)?.name ?? target;
  const rows = schedules.map(({ name, expression, timezone, target }) => [
    name,
    expression,
    timezone,
    nameOf(target),
  ]);
  for (const line of table(['schedule', 'when', 'zone', 'starts'], rows)) print(line);
}

/** `<backup> <tier>` to retention, from the deployed jobs. */
function tiersOf({ schedules }: Deployment): Map<string, string> {
  const jobs = schedules.map(({ input }) => JSON.parse(input) as { keep?: string });
  return new Map(
    jobs.flatMap((job) => {
      const label = tierOf(job);
      return label && job.keep ? [[label, job.keep]] : [];
    }),
  );
}

/** The plan's zone: tiers that count hours and the chores run in UTC. */
const zoneOf = ({ schedules }: Deployment): string =>
  schedules.find(({ timezone }) => timezone !== 'UTC')?.timezone ?? 'UTC';

/** Lets the schedules run, with what a person does in between. @returns how often each function was started. */
async function letPass(place: Place, timeline: Timeline, calendar: Calendar): Promise<Map<string, number>> {
  const runs = new Map<string, number>();
  const pendingActs = [...acts];
  for (const start of place.deployment.startsBetween(span.from, span.to)) {
    signal.throwIfAborted();
    progress(`  ${calendar.moment(start.at)}  ${start.schedule.name}`);
    while (pendingActs[0] && pendingActs[0].at <= start.at) {
      const act = pendingActs.shift();
      if (act) timeline.note(act.at, await act.does(place));
    }
    if (isSkipped(start)) continue;
    await run(start, place, timeline);
    runs.set(start.functionName, (runs.get(start.functionName) ?? 0) + 1);
  }
  timeline.finishDay();
  return runs;
}

async function run(start: Start, place: Place, timeline: Timeline): Promise<void> {
  const mishap = mishaps.find(
    ({ schedule, at }) => schedule === start.schedule.name && at.getTime() === start.at.getTime(),
  );
  const { functionName, payload, at } = start;
  const deliveries: Delivery[] = mishap
    ? await mishap.deliver(start, place)
    : [await place.deployment.deliver(functionName, payload, { now: at })];
  signal.throwIfAborted(); // a function that was ended with us did not fail
  for (const { deadLettered, attempts } of deliveries) {
    if (deadLettered) throw new Error(`${start.schedule.name} failed: ${attempts.at(-1)?.error?.message}`);
  }
  timeline.record(start, deliveries);
  for (const event of completionsOf(deliveries, at)) {
    const copying = await place.deployment.deliverEvent(event, { now: at });
    timeline.record({ ...start, payload: event }, copying);
  }
  timeline.record({ ...start, payload: {} }, await place.deployment.deliverPending({ now: at }));
  if (mishap) timeline.note(at, mishap.tell(deliveries));
}

/** Of the schedules that look every ten minutes or every hour whether there is something to do, one start in three hours is enough here. */
function isSkipped({ functionName, at }: Start): boolean {
  if (functionName === 'scale-group') return !isScalingTime(at);
  const hours = { 'copy-backups': 0, 'reconcile-ledger': 0, 'expire-backups': 2 }[functionName];
  if (hours === undefined) return false;
  return at.getUTCHours() % 3 !== hours || (functionName === 'copy-backups' && at.getUTCMinutes() >= 10);
}

/** As EC2 tells of a snapshot that has completed: Amazon EBS user guide, "EventBridge for Amazon EBS". */
function completionsOf(deliveries: readonly Delivery[], at: Date): AwsEvent[] {
  const outcomes = deliveries.flatMap(({ attempts }) => attempts.at(-1)?.report?.outcomes ?? []);
  return outcomes
    .filter(({ decision, outcome }) => decision === 'create' && outcome === 'done')
    .map(({ detail = '' }) => detail.split('; ')[0] ?? '')
    .filter((id) => id.startsWith('snap-'))
    .map((id) => ({
      source: 'aws.ec2',
      'detail-type': 'EBS Snapshot Notification',
      time: at.toISOString(),
      region,
      resources: [`arn:aws:ec2::${region}:snapshot/${id}`],
      detail: {
        event: 'createSnapshot',
        result: 'succeeded',
        cause: '',
        'request-id': '',
        snapshot_id: `arn:aws:ec2::${region}:snapshot/${id}`,
      },
    }));
}

async function ledgerRows(sandbox: Sandbox, owner: string): Promise<BackupRow[]> {
  const ledger = openLedger({
    owner,
    ledger: 'simpledb',
    // The account is at the end of the story; SimpleDB refuses a request that was signed at another time.
    clock: { ...systemClock, now: () => span.to },
    aws: access,
    endpoint: sandbox.url,
    onUnreadable: (key, why) => {
      throw new Error(`${key}: ${why}`);
    },
  });
  const rows: BackupRow[] = [];
  for await (const page of ledger.all()) rows.push(...page);
  return rows;
}

/** Gives way to an interruption; what is left under way ends with this process. */
function unlessInterrupted<Result>(work: Promise<Result>): Promise<Result> {
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, interrupted]);
}

/** Comes twice for one Ctrl-C: from the terminal, and handed on by what runs this file. */
function interrupt(): void {
  if (signal.aborted) return;
  print('Interrupted: cleaning up.');
  interruption.abort();
}

async function cleanUp(): Promise<void> {
  for (const close of closers.reverse()) await close();
}

async function main(): Promise<number> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'; // the functions run on Node 24
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  try {
    await demo();
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    print(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await cleanUp();
  }
}

process.exit(await main());
