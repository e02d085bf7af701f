/** More than one run can do: one run hands it over, others do it. */
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expireBackups } from '../../../functions/expire-backups/run.ts';
import { entrypoint, type InvocationContext } from '../../../shared/entrypoint.ts';
import type { Report } from '../../../shared/report.ts';
import type { Scenario } from '../scenario.ts';
import { credentials, region, type World } from '../world.ts';
import { due, keyOf, slotAt, standing, start } from './expire-backups.ts';
import { type Backup, makeBackup, makeVolume, rowOf } from './seeds.ts';

const queueUrl = 'http://sqs.us-east-1.localhost/123456789012/ExpireBackupsQueue';

async function makeQueue({ sandbox }: World): Promise<void> {
  const sqs = new SQSClient({ region, credentials, endpoint: sandbox.url });
  await sqs.send(new CreateQueueCommand({ QueueName: 'ExpireBackupsQueue' }));
}

/** With so little time a run deletes 102 at most. */
const inShort = ({ awsRequestId, getRemainingTimeInMillis }: InvocationContext): InvocationContext => ({
  awsRequestId,
  getRemainingTimeInMillis: () => Math.min(getRemainingTimeInMillis(), 31_000),
});

/** 104 are due: the run sends them to the queue, and deletes none itself. */
const planner: Scenario = {
  name: 'expire-backups/planner',
  stores: ['simpledb'],
  start,
  handlerOf: (tools) => {
    const run = entrypoint(expireBackups, { ...tools, config: { ...tools.config, queueUrl } });
    return (payload, context) => run(payload, inShort(context));
  },
  seed: async (world) => {
    await makeQueue(world);
    const hours = Array.from({ length: 26 }, (_, hour) => new Date(Date.UTC(2026, 10, 10, hour)));
    const rows = ['a', 'b', 'c', 'd'].flatMap((name) =>
      hours.map((time, index) => {
        const slot = `data/hourly/${time.toISOString().slice(0, 19)}Z`;
        const backup: Backup = { source: `vol-0000000000000000${name}`, slot, expires: due };
        return rowOf(backup, `snap-${name}${String(index).padStart(16, '0')}`);
      }),
    );
    await world.ledger.put(rows);
    world.time.moveTo(start);
    const isSent = () =>
      world.sandbox.calls.some(({ action, status }) => action === 'SendMessageBatch' && status !== 400);
    return {
      event: {},
      settled: (seen) => [
        ...standing(
          [],
          rows.map(({ key }) => key),
          seen,
        ),
        ...(isSent() ? [] : ['nothing was sent to the queue']),
      ],
    };
  },
};

/** A message of the queue, whose failure is what SQS is told of it. */
const worker: Scenario = {
  name: 'expire-backups/worker',
  stores: ['simpledb'],
  start,
  handlerOf: (tools) => {
    const run = entrypoint(expireBackups, { ...tools, config: { ...tools.config, queueUrl } });
    return async (payload, context): Promise<Report> => {
      const record = { messageId: 'a-batch', eventSource: 'aws:sqs', body: JSON.stringify(payload) };
      const { batchItemFailures } = await run({ Records: [record] }, context);
      if (batchItemFailures.length > 0) throw new Error('the batch is delivered again');
      return { outcomes: [] } as unknown as Report;
    };
  },
  seed: async (world) => {
    const [source, other] = [await makeVolume(world), await makeVolume(world)];
    const [old, floor, notAsked] = [
      { source, slot: slotAt('10'), expires: due },
      { source, slot: slotAt('11'), expires: due },
      { source: other, slot: slotAt('10'), expires: due },
    ] as const;
    await makeBackup(world, old);
    const ids = [await makeBackup(world, floor), await makeBackup(world, notAsked)];
    world.time.moveTo(start);
    return {
      event: { sources: [source], maxDeleteShare: 0.5, keepOfGoneSources: 1 },
      settled: (seen) => standing(ids, [floor, notAsked].map(keyOf), seen),
    };
  },
};

export const expireQueueScenarios: readonly Scenario[] = [planner, worker];
