/** A plan with sites, deployed into the local AWS: what the stack makes starts what, for which bucket. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Delivery, type Deployment, deploy } from '../sandbox/lambda-host.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { access } from './account.ts';

const plan = `timezone: Europe/Berlin
sites:
  - name: www
  - name: blog
    bucket: my-own-site
    prefix: blog/
    releases: { prefix: from-blog/ }
    distributions: [E1EXAMPLE2345]
    verify: false
`;

let sandbox: Sandbox;
let deployment: Deployment;
let s3: S3Client;

beforeAll(async () => {
  sandbox = await startSandbox();
  s3 = new S3Client({ ...access, endpoint: sandbox.url, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'my-own-site' }));
  sandbox.putDistribution(
    {
      Enabled: true,
      Origins: [{ Id: 'site', DomainName: 'my-own-site.s3.amazonaws.com', OriginPath: '/blog' }],
      DefaultCacheBehavior: { TargetOriginId: 'site' },
    },
    'E1EXAMPLE2345',
  );
  deployment = await deploy(sandbox, { stage: 'dev', region: access.region, plan });
});

afterAll(async () => {
  await deployment?.close();
  await sandbox?.close();
});

const output = (name: string): string => deployment.stack.outputs[name] ?? '';

/** As a CI would: to where the output says. */
async function upload(site: 'Www' | 'Blog', name: string, files: Record<string, string>): Promise<void> {
  const [, Bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(output(`Site${site}Releases`)) ?? [];
  const zip = zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)])));
  await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}${name}`, Body: zip }));
}

const keysIn = (bucket: string): string[] =>
  sandbox
    .objectsIn(bucket)
    .map(({ key }) => key)
    .filter((key) => !key.includes('.groundskeeper/'));

const startedBy = (deliveries: readonly Delivery[]) =>
  deliveries.map(({ attempts, deadLettered }) => [attempts[0]?.report?.function, deadLettered]);

const pathsOf = (id: string) => sandbox.invalidationsOf(id).map(({ paths }) => paths);

/** Whatever the nights of these times start of sync-assets. */
async function nights(from: string, to: string): Promise<Delivery[]> {
  const starts = deployment.startsBetween(new Date(from), new Date(to));
  const deliveries: Delivery[] = [];
  for (const { functionName, payload, at } of starts) {
    if (functionName === 'sync-assets')
      deliveries.push(await deployment.deliver(functionName, payload, { now: at }));
  }
  return deliveries;
}

it('has nothing to say of the nights before the first release', async () => {
  const [night, ...more] = await nights('2027-02-27T12:00:00Z', '2027-02-28T12:00:00Z');
  expect(night?.attempts.map(({ at, report }) => [at.toISOString(), report?.outcomes[0]?.reason])).toEqual([
    ['2027-02-28T02:10:00.000Z', 'nothing-published'],
  ]);
  expect(more).toEqual([]);
});

it('publishes what is uploaded to where the outputs say, and invalidates what it changes', async () => {
  await upload('Www', '1.zip', { 'index.html': 'one', 'docs/index.html': 'docs' });
  const first = await deployment.deliverPending({ now: new Date('2027-03-01T09:00:00Z') });
  expect(startedBy(first)).toEqual([
    ['sync-assets', false],
    ['invalidate-cdn', false],
  ]);
  expect(keysIn(output('SiteWwwBucket'))).toEqual(['docs/index.html', 'index.html']);

  await upload('Www', '2.zip', { 'index.html': 'two', 'docs/index.html': 'docs' });
  await deployment.deliverPending({ now: new Date('2027-03-01T10:00:00Z') });
  expect(pathsOf(output('SiteWwwDistribution')).at(-1)).toEqual(expect.arrayContaining(['/', '/index.html']));
  expect(keysIn('my-own-site')).toEqual([]);
});

it('does the same for a bucket, a folder and a distribution of your own', async () => {
  await upload('Blog', '1.zip', { 'index.html': 'one' });
  await deployment.deliverPending({ now: new Date('2027-03-02T09:00:00Z') });
  await upload('Blog', '2.zip', { 'index.html': 'two' });
  await deployment.deliverPending({ now: new Date('2027-03-02T10:00:00Z') });
  expect(keysIn('my-own-site')).toEqual(['blog/index.html']);
  expect(pathsOf('E1EXAMPLE2345').at(-1)).toEqual(expect.arrayContaining(['/index.html']));
});

it('starts nothing for what is no archive, or in no folder of a site', async () => {
  await upload('Www', 'notes.txt', {});
  await s3.send(
    new PutObjectCommand({ Bucket: output('SiteWwwReleases').split('/')[2], Key: 'other/1.zip', Body: 'x' }),
  );
  expect(await deployment.deliverPending({ now: new Date('2027-03-02T11:00:00Z') })).toEqual([]);
});

it('mends at night what another hand changed', async () => {
  await s3.send(
    new PutObjectCommand({ Bucket: output('SiteWwwBucket'), Key: 'index.html', Body: 'defaced' }),
  );
  expect(await nights('2027-03-02T12:00:00Z', '2027-03-03T12:00:00Z')).toHaveLength(1);
  const mended = sandbox.objectsIn(output('SiteWwwBucket')).find(({ key }) => key === 'index.html');
  expect(mended?.content().toString()).toBe('two');
});
