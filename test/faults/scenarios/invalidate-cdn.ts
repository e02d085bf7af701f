/** What a publication changed is invalidated once, in every distribution of the site, or waits in the queue. */
import { CloudFrontClient, CreateInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { invalidateCdn } from '../../../functions/invalidate-cdn/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import type { Report } from '../../../shared/report.ts';
import type { NewDistribution } from '../../sandbox/cloudfront/distribution.ts';
import type { Look } from '../look.ts';
import type { Scenario } from '../scenario.ts';
import { credentials, owner, region, type World } from '../world.ts';
import { place } from './releases.ts';

const start = new Date('2026-11-20T02:00:00Z');
const queueUrl = 'http://sqs.us-east-1.localhost/123456789012/InvalidateCdnQueue';
const job = { site: 'www', ...place };

const changes = {
  added: [`${place.prefix}assets/app-2.js`],
  changed: [`${place.prefix}index.html`, `${place.prefix}news/index.html`],
  deleted: [`${place.prefix}old.html`],
};
const paths = ['/', '/index.html', '/news', '/news/', '/news/index.html', '/old.html'];

/** As sync-assets says it; `told`: what changed, or where that is. */
const synced = (told: object): object => ({
  'detail-type': 'Assets Synced',
  source: 'groundskeeper',
  detail: { owner, site: 'www', release: 'r2', publication: '2', ...place, ...told },
});

const showing = (bucket: string, overrides: Partial<NewDistribution> = {}): NewDistribution => ({
  Enabled: true,
  DefaultRootObject: 'index.html',
  Origins: [
    {
      Id: 'site',
      DomainName: `${bucket}.s3.${region}.amazonaws.com`,
      OriginPath: `/${place.prefix.slice(0, -1)}`,
    },
  ],
  DefaultCacheBehavior: { TargetOriginId: 'site' },
  ...overrides,
});

const handlerOf: Scenario['handlerOf'] = (tools) =>
  entrypoint(invalidateCdn, { ...tools, config: { ...tools.config, queueUrl } });

const accessTo = ({ sandbox }: World) => ({ region, credentials, endpoint: sandbox.url });

/** The site's bucket and the queue; two distributions that show the site, one that does not, one that nobody sees. */
async function makeSite(world: World): Promise<string[]> {
  const sqs = new SQSClient(accessTo(world));
  await sqs.send(new CreateQueueCommand({ QueueName: 'InvalidateCdnQueue' }));
  sqs.destroy();
  await world.s3.send(new CreateBucketCommand({ Bucket: place.bucket }));
  world.sandbox.putDistribution(showing('another'));
  world.sandbox.putDistribution(showing(place.bucket, { Enabled: false }));
  world.time.moveTo(start);
  return [1, 2].map(() => world.sandbox.putDistribution(showing(place.bucket)));
}

/** Others invalidate as much as there may be, for an hour. */
async function fill(world: World, distribution: string): Promise<void> {
  world.sandbox.slowInvalidations(3_600);
  const client = new CloudFrontClient(accessTo(world));
  const Items = Array.from({ length: 3000 }, (_, index) => `/of-others/${index}`);
  await client.send(
    new CreateInvalidationCommand({
      DistributionId: distribution,
      InvalidationBatch: { CallerReference: 'others', Paths: { Quantity: Items.length, Items } },
    }),
  );
  client.destroy();
}

const settledIn =
  (world: World, distributions: readonly string[]) =>
  ({ invalidations }: Look): string[] =>
    distributions.flatMap((id) => {
      const told = [...invalidations.values()].filter(({ distribution }) => distribution === id);
      const isTold = told.some((one) => String(one.paths) === String(paths));
      return isTold || isQueued(world, id) ? [] : [`${id} was not told what changed`];
    });

const isQueued = ({ sandbox }: World, id: string): boolean =>
  sandbox.calls.some(
    ({ action, status, parameters }) =>
      action === 'SendMessageBatch' && status === 200 && JSON.stringify(parameters['Entries']).includes(id),
  );

const publication: Scenario = {
  name: 'invalidate-cdn/publication',
  stores: ['simpledb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    const ids = await makeSite(world);
    return {
      event: { job, event: synced({ changes }) },
      settled: settledIn(world, ids),
      meanwhile: { 'no-room': () => fill(world, ids[1] ?? '') },
    };
  },
};

/** Of a release that changed much, by a person who waits for the end. */
const waiting: Scenario = {
  name: 'invalidate-cdn/waiting',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    const ids = await makeSite(world);
    const changesKey = `${place.prefix}.groundskeeper/changes/r2.json`;
    const list = { Bucket: place.bucket, Key: changesKey, Body: JSON.stringify(changes) };
    await world.s3.send(new PutObjectCommand(list));
    world.sandbox.slowInvalidations(30);
    return {
      event: { ...job, distributions: ids, publication: '2', changesKey, wait: true },
      settled: settledIn(world, ids),
    };
  },
};

/** There was no room: a message comes when there may be. */
const message: Scenario = {
  name: 'invalidate-cdn/message',
  stores: ['simpledb'],
  start,
  handlerOf: (tools) => {
    const run = entrypoint(invalidateCdn, { ...tools, config: { ...tools.config, queueUrl } });
    return async (payload, context): Promise<Report> => {
      const record = { messageId: 'later', eventSource: 'aws:sqs', body: JSON.stringify(payload) };
      const { batchItemFailures } = await run({ Records: [record] }, context);
      if (batchItemFailures.length > 0) throw new Error('the message is delivered again');
      return { outcomes: [] } as unknown as Report;
    };
  },
  seed: async (world) => {
    const [id = ''] = await makeSite(world);
    const deferral = { attempts: 2, since: '2026-11-20T01:50:00Z', notBefore: '2026-11-20T01:59:00Z' };
    return {
      event: { ...job, distributions: [id], publication: '2', changes, deferral },
      settled: settledIn(world, [id]),
      meanwhile: { 'no-room': () => fill(world, id) },
    };
  },
};

export const invalidateCdnScenarios: readonly Scenario[] = [publication, waiting, message];
