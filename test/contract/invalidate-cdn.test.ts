/** Runs of invalidate-cdn against the local AWS, and what that promises of CloudFront. */
import {
  CloudFrontClient,
  CreateDistributionCommand,
  CreateInvalidationCommand,
  GetDistributionConfigCommand,
  ListInvalidationsCommand,
} from '@aws-sdk/client-cloudfront';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { invalidateCdn } from '../../functions/invalidate-cdn/run.ts';
import { cloudFrontClient, listDistributions } from '../../shared/aws/cloudfront.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { sqsClient } from '../../shared/aws/sqs.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Report } from '../../shared/report.ts';
import type { ManifestRow } from '../../shared/sites/manifest.ts';
import { packManifest } from '../../shared/sites/manifest-file.ts';
import { anOwner } from '../builders.ts';
import { fakeClock, recordedLog } from '../fakes.ts';
import type { NewDistribution } from '../sandbox/cloudfront/distribution.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import type { Sandbox } from '../sandbox/types.ts';

let sandbox: Sandbox;
let access: {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};
let cloudFront: CloudFrontClient;
let s3: S3Client;
let sqs: SQSClient;
let queueUrl: string;

beforeAll(async () => {
  sandbox = await startSandbox();
  access = {
    region: 'eu-west-1',
    endpoint: sandbox.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  cloudFront = new CloudFrontClient({ ...access, maxAttempts: 1 });
  s3 = new S3Client({ ...access, forcePathStyle: true, maxAttempts: 1 });
  sqs = new SQSClient({ ...access, maxAttempts: 1 });
});

beforeEach(async () => {
  await sandbox.reset();
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'invalidate-cdn' }));
  queueUrl = QueueUrl;
});

afterAll(async () => {
  cloudFront?.destroy();
  s3?.destroy();
  sqs?.destroy();
  await sandbox?.close();
});

const distribution = (overrides: Partial<NewDistribution> = {}): NewDistribution => ({
  Enabled: true,
  DefaultRootObject: 'index.html',
  Origins: [{ Id: 'site', DomainName: 'www-site.s3.eu-west-1.amazonaws.com' }],
  DefaultCacheBehavior: { TargetOriginId: 'site' },
  ...overrides,
});

const changes = {
  added: ['new.html'],
  changed: ['index.html', 'blog/index.html'],
  deleted: ['old page.html'],
};
const needed = ['/', '/blog', '/blog/', '/blog/index.html', '/index.html', '/old%20page.html'];
const event = (overrides: object = {}) => ({
  job: { site: 'www', bucket: 'www-site' },
  event: {
    'detail-type': 'Assets Synced',
    source: 'groundskeeper',
    detail: {
      owner: anOwner,
      site: 'www',
      release: 'r7',
      publication: '7',
      bucket: 'www-site',
      prefix: '',
      changes,
      ...overrides,
    },
  },
});

const clock = fakeClock();

/** As Lambda calls it. */
function invoke(payload: unknown, { hasQueue = true, seconds = 900 } = {}): Promise<Report> {
  const handler = entrypoint(invalidateCdn, {
    config: { owner: anOwner, ledger: 'simpledb', region: 'eu-west-1', ...(hasQueue && { queueUrl }) },
    clock: {
      now: clock.now,
      sleep: async (milliseconds) => {
        await clock.sleep(milliseconds);
        sandbox.setTime(clock.now());
      },
    },
    random: () => 0.5,
    log: recordedLog(),
    emitMetric: () => {},
    connect: (region) => ({
      cloudFront: cloudFrontClient({ ...access, region }),
      s3: s3Client(access),
      sqs: async () => sqsClient(access),
    }),
    ledger: openLedger({ owner: anOwner, ledger: 'simpledb', clock, onUnreadable: () => {}, aws: access }),
  });
  sandbox.setTime(clock.now());
  const until = clock.now().getTime() + seconds * 1_000;
  return handler(payload, {
    awsRequestId: 'request-1',
    getRemainingTimeInMillis: () => until - clock.now().getTime(),
  });
}

const pathsOf = (id: string) => sandbox.invalidationsOf(id).map(({ paths }) => [...paths]);

/** Whoever else invalidates. */
const occupy = (id: string, paths: string[]) =>
  cloudFront.send(
    new CreateInvalidationCommand({
      DistributionId: id,
      InvalidationBatch: { CallerReference: paths.join(), Paths: { Quantity: paths.length, Items: paths } },
    }),
  );

async function takeMessage(): Promise<Record<string, unknown> | undefined> {
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl }));
  const [message] = Messages;
  if (!message) return undefined;
  await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
  return JSON.parse(message.Body ?? '') as Record<string, unknown>;
}

const bodySent = (): { DelaySeconds?: number; MessageBody: string } | undefined => {
  const call = sandbox.calls.find(({ action }) => action === 'SendMessageBatch');
  return (call?.parameters['Entries'] as { DelaySeconds?: number; MessageBody: string }[] | undefined)?.[0];
};

describe('a publication', () => {
  it('is invalidated in every distribution of the bucket, in one call each', async () => {
    const found = sandbox.putDistribution(distribution());
    const second = sandbox.putDistribution(distribution({ DefaultRootObject: '' }));
    const other = sandbox.putDistribution(
      distribution({ Origins: [{ Id: 'site', DomainName: 'other.s3.amazonaws.com' }] }),
    );
    const { outcomes } = await invoke(event());
    expect(pathsOf(found)).toEqual([needed]);
    expect(pathsOf(second)).toEqual([needed]);
    expect(pathsOf(other)).toEqual([]);
    expect(outcomes.map(({ resource, outcome }) => [resource, outcome])).toEqual([
      [found, 'done'],
      [second, 'done'],
    ]);
  });

  it('says how many paths, what they cost, and which they are', async () => {
    sandbox.putDistribution(distribution());
    const { outcomes } = await invoke(event());
    expect(outcomes[0]?.detail).toContain("6 paths; $0.030 where the month's 1,000 free ones are used up");
    expect(outcomes[0]?.detail).toContain(needed.join(' '));
  });

  it('costs once, however often its event comes', async () => {
    const id = sandbox.putDistribution(distribution());
    await invoke(event());
    const { summary } = await invoke(event());
    expect(pathsOf(id)).toHaveLength(1);
    expect(summary.failed).toBe(0);
  });

  it('costs once also where a second run would cover it by other paths', async () => {
    const id = sandbox.putDistribution(distribution());
    await invoke(event());
    const job = { ...event().job, index: 'start.html' };
    const { outcomes } = await invoke({ ...event(), job });
    expect(pathsOf(id)).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ decision: 'keep', reason: 'already-invalidated', outcome: 'kept' });
  });

  it('may say what changed by a list in the bucket', async () => {
    const id = sandbox.putDistribution(distribution());
    await s3.send(
      new CreateBucketCommand({
        Bucket: 'www-site',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    const changesKey = '.groundskeeper/changes/run-1.json';
    await s3.send(
      new PutObjectCommand({ Bucket: 'www-site', Key: changesKey, Body: JSON.stringify(changes) }),
    );
    await invoke(event({ changes: undefined, changesKey }));
    expect(pathsOf(id)).toEqual([needed]);
    await expect(invoke(event({ changes: undefined, changesKey: 'gone.json' }))).rejects.toThrow(
      's3://www-site/gone.json, which says what changed, is not there',
    );
  });

  it('leaves out what is disabled, and says so', async () => {
    const id = sandbox.putDistribution(distribution({ Enabled: false }));
    const { outcomes } = await invoke(event());
    expect(outcomes).toMatchObject([{ resource: id, reason: 'disabled', outcome: 'kept' }]);
    expect(pathsOf(id)).toEqual([]);
  });

  it('says if nothing shows the site', async () => {
    const { outcomes } = await invoke(event());
    expect(outcomes).toMatchObject([{ resource: 'www', reason: 'no-distribution', outcome: 'kept' }]);
  });

  it('says of several origins which it is, and names only what is asked of it', async () => {
    const id = sandbox.putDistribution(
      distribution({
        Origins: [
          { Id: 'files', DomainName: 'www-site.s3.eu-west-1.amazonaws.com' },
          { Id: 'app', DomainName: 'app.example.com' },
        ],
        DefaultCacheBehavior: { TargetOriginId: 'app' },
        CacheBehaviors: [{ PathPattern: 'blog/*', TargetOriginId: 'files' }],
      }),
    );
    const { outcomes } = await invoke(event());
    expect(pathsOf(id)).toEqual([['/blog/', '/blog/index.html']]);
    expect(outcomes[0]?.detail).toContain('of 2 origins it is files');
  });

  it('goes on where one of those that are named is not there, and fails at the end', async () => {
    const id = sandbox.putDistribution(distribution());
    const payload = event();
    const job = { ...payload.job, distributions: ['E0GONEGONE', id] };
    await expect(invoke({ ...payload, job })).rejects.toThrow('There is no distribution E0GONEGONE');
    expect(pathsOf(id)).toEqual([needed]);
  });

  it('changes nothing and says the same in a dry run', async () => {
    const id = sandbox.putDistribution(distribution());
    const { outcomes } = await invoke({ ...event(), job: { ...event().job, dryRun: true } });
    expect(outcomes[0]).toMatchObject({ decision: 'invalidate', outcome: 'withheld' });
    expect(outcomes[0]?.detail).toContain(needed.join(' '));
    expect(pathsOf(id)).toEqual([]);
  });

  it('is held back whole by maxActions, which counts paths', async () => {
    const id = sandbox.putDistribution(distribution());
    const job = { ...event().job, maxActions: 5 };
    await expect(invoke({ ...event(), job })).rejects.toThrow(`the 6 paths of ${id} are not invalidated`);
    expect(pathsOf(id)).toEqual([]);
  });
});

describe('what else there is of the site', () => {
  const changed = Array.from({ length: 30 }, (_, i) => `img/${i}.png`);
  const head = { version: 1, site: 'www', publication: 7, history: [], current: '7' } as const;
  const rowOf = (key: string): ManifestRow => ({
    key,
    size: 1,
    tag: '0'.repeat(32),
    crc32: 1,
    etag: '0'.repeat(32),
    headers: '',
    seen: 7,
  });
  const writeManifest = async (Body: Uint8Array) => {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket: 'www-site', CreateBucketConfiguration }));
    await s3.send(new PutObjectCommand({ Bucket: 'www-site', Key: '.groundskeeper/manifest.gz', Body }));
  };
  const publication = () => event({ changes: { added: [], changed, deleted: [] } });

  it('is weighed by the manifest', async () => {
    const [id] = [sandbox.putDistribution(distribution()), sandbox.putDistribution(distribution())];
    const rows = ['img/z.png', 'index.html', ...changed].sort().map(rowOf);
    await writeManifest(await packManifest({ ...head, history: [] }, rows));
    const { outcomes } = await invoke(publication());
    expect(pathsOf(id)).toEqual([['/img/*']]);
    expect(outcomes[0]?.detail).toContain('1 path, 1 with a wildcard, for 30');
    expect(outcomes[0]?.detail).toContain('1 file needlessly, such as /img/z.png');
    expect(sandbox.calls.filter(({ action }) => action === 'GetObject')).toHaveLength(1);
  });

  it('is left alone where the manifest cannot be read: then each path is named', async () => {
    const id = sandbox.putDistribution(distribution());
    await writeManifest(Buffer.from('no manifest'));
    const { outcomes } = await invoke(publication());
    expect(pathsOf(id)[0]).toHaveLength(30);
    expect(outcomes[0]?.detail).toContain('the unchanged files are not known');
  });
});

describe('by hand', () => {
  it('invalidates the paths that a person names', async () => {
    const id = sandbox.putDistribution(distribution());
    await invoke({ site: 'www', bucket: 'www-site', distributions: [id], paths: ['/*'] });
    expect(pathsOf(id)).toEqual([['/*']]);
  });

  it('has to say what changed', async () => {
    await expect(invoke({ site: 'www', bucket: 'www-site' })).rejects.toThrow(
      'The job has none of "paths", "changes" and "changesKey"',
    );
  });

  it('waits for the end if it is asked to', async () => {
    sandbox.putDistribution(distribution());
    sandbox.slowInvalidations(90);
    const before = clock.now().getTime();
    const { outcomes } = await invoke({ ...event(), job: { ...event().job, wait: true } });
    expect(outcomes[0]?.detail).toContain('; completed; ');
    expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(90_000);
  });

  it('waits no longer than it may, and fails nothing by that', async () => {
    sandbox.putDistribution(distribution());
    sandbox.slowInvalidations(3_600);
    const job = { ...event().job, wait: true };
    const { outcomes } = await invoke({ ...event(), job }, { seconds: 120 });
    expect(outcomes[0]).toMatchObject({ outcome: 'done' });
    expect(outcomes[0]?.detail).toContain('still in progress');
  });
});

describe('a distribution that has no room', () => {
  const full = async () => {
    sandbox.setTime(clock.now());
    sandbox.slowInvalidations(600);
    const id = sandbox.putDistribution(distribution());
    await occupy(
      id,
      Array.from({ length: 2999 }, (_, i) => `/${i}`),
    );
    return id;
  };

  it('is left for a message of its own, and the run is well', async () => {
    const id = await full();
    const { summary, outcomes } = await invoke(event());
    expect(summary).toMatchObject({ done: 1, failed: 0, deferred: 0 });
    expect(outcomes[0]).toMatchObject({ decision: 'enqueue', reason: 'no-room' });
    expect(bodySent()).toMatchObject({ DelaySeconds: 60 });
    expect(pathsOf(id)).toHaveLength(1);
  });

  it('is told when the message comes and there is room', async () => {
    const id = await full();
    await invoke(event());
    const body = bodySent()?.MessageBody ?? '';
    await clock.sleep(601_000);
    await invoke({ Records: [{ eventSource: 'aws:sqs', messageId: '1', body }] });
    expect(pathsOf(id)[1]).toEqual(needed);
  });

  it('puts a message back that comes before its time', async () => {
    const id = await full();
    await invoke(event());
    const message = JSON.parse(bodySent()?.MessageBody ?? '') as Record<string, unknown>;
    const notBefore = new Date(clock.now().getTime() + 1_200_000).toISOString();
    const early = { ...message, deferral: { attempts: 6, since: clock.now().toISOString(), notBefore } };
    const calls = sandbox.calls.length;
    expect(await invoke(early)).toMatchObject({ outcomes: [{ decision: 'enqueue', reason: 'too-early' }] });
    const [sent, ...more] = sandbox.calls.slice(calls);
    expect(more).toEqual([]);
    expect(sent?.parameters['Entries']).toMatchObject([{ DelaySeconds: 900 }]);
    expect(pathsOf(id)).toHaveLength(1);
  });

  it('is given up after hours, for the dead-letter queue', async () => {
    await full();
    const now = clock.now();
    const deferral = {
      attempts: 14,
      since: new Date(now.getTime() - 7 * 3_600_000).toISOString(),
      notBefore: now.toISOString(),
    };
    sandbox.inject({
      action: 'CreateInvalidation',
      effect: { kind: 'error', code: 'TooManyInvalidationsInProgress' },
    });
    const { site, bucket } = event().job;
    await expect(invoke({ site, bucket, publication: '7', changes, deferral })).rejects.toThrow(
      'TooManyInvalidationsInProgress',
    );
    expect(await takeMessage()).toBeUndefined();
  });

  it('is a failure where there is no queue', async () => {
    await full();
    await expect(invoke(event(), { hasQueue: false })).rejects.toThrow('TooManyInvalidationsInProgress');
  });

  it('is left for later, too, if CloudFront only throttles', async () => {
    sandbox.putDistribution(distribution());
    sandbox.inject({ action: 'CreateInvalidation', effect: { kind: 'error', code: 'Throttling' } });
    const before = clock.now().getTime();
    const { outcomes } = await invoke(event());
    expect(outcomes[0]).toMatchObject({ decision: 'enqueue', reason: 'no-room' });
    expect(clock.now().getTime() - before).toBeLessThanOrEqual(60_000);
  });
});

describe("the local AWS's CloudFront", () => {
  it('lists distributions page by page', async () => {
    const ids = Array.from({ length: 230 }, () => sandbox.putDistribution(distribution()));
    const patience = { clock, random: () => 0, timeLeft: () => 60_000 };
    const listed: string[] = [];
    const place = { cloudFront: cloudFrontClient(access), patience };
    for await (const { id } of listDistributions(place)) listed.push(id);
    expect(listed).toEqual(ids);
    expect(sandbox.calls.slice(1).map(({ action, region }) => [action, region])).toEqual(
      Array.from({ length: 3 }, () => ['ListDistributions', 'us-east-1']),
    );
  });

  it('answers an earlier invalidation to the same reference and paths, and refuses others', async () => {
    const id = sandbox.putDistribution(distribution());
    const create = (paths: string[]) =>
      cloudFront.send(
        new CreateInvalidationCommand({
          DistributionId: id,
          InvalidationBatch: { CallerReference: 'one', Paths: { Quantity: paths.length, Items: paths } },
        }),
      );
    const first = await create(['/a', '/b']);
    expect((await create(['/b', '/a'])).Invalidation?.Id).toBe(first.Invalidation?.Id);
    await expect(create(['/a'])).rejects.toThrow('used for a previous invalidation batch');
  });

  it('keeps 15 wildcards in progress, and 3,000 paths apart from them', async () => {
    const id = sandbox.putDistribution(distribution());
    sandbox.slowInvalidations(60);
    sandbox.setTime(clock.now());
    await occupy(
      id,
      Array.from({ length: 15 }, (_, i) => `/w${i}*`),
    );
    await expect(occupy(id, ['/x*'])).rejects.toMatchObject({ name: 'TooManyInvalidationsInProgress' });
    await occupy(
      id,
      Array.from({ length: 3000 }, (_, i) => `/${i}`),
    );
    await expect(occupy(id, ['/x'])).rejects.toMatchObject({ name: 'TooManyInvalidationsInProgress' });
    sandbox.setTime(new Date(clock.now().getTime() + 60_000));
    await occupy(id, ['/x*', '/x']);
    const { InvalidationList } = await cloudFront.send(new ListInvalidationsCommand({ DistributionId: id }));
    expect(InvalidationList?.Items?.map(({ Status }) => Status)).toEqual([
      'InProgress',
      'Completed',
      'Completed',
    ]);
  });

  it.each([['a'], ['/a*b'], ['/~a'], ['/%7Ea'], ['/a b'], ['/é'], ['/100%'], [`/${'a'.repeat(4000)}`]])(
    'refuses the path %s',
    async (path) => {
      const id = sandbox.putDistribution(distribution());
      await expect(occupy(id, [path])).rejects.toMatchObject({ name: 'InvalidArgument' });
    },
  );

  it('takes a distribution by its API', async () => {
    const { Distribution } = await cloudFront.send(
      new CreateDistributionCommand({
        DistributionConfig: {
          CallerReference: 'one',
          Comment: '',
          Enabled: true,
          DefaultRootObject: 'start.html',
          Origins: {
            Quantity: 1,
            Items: [{ Id: 'o', DomainName: 'b.s3.amazonaws.com', OriginPath: '/www' }],
          },
          DefaultCacheBehavior: { TargetOriginId: 'o', ViewerProtocolPolicy: 'https-only' },
          CustomErrorResponses: {
            Quantity: 1,
            Items: [
              { ErrorCode: 404, ResponsePagePath: '/404.html', ResponseCode: '404', ErrorCachingMinTTL: 7 },
            ],
          },
        },
      }),
    );
    const command = new GetDistributionConfigCommand({ Id: Distribution?.Id });
    expect((await cloudFront.send(command)).DistributionConfig).toMatchObject({
      DefaultRootObject: 'start.html',
      Origins: { Items: [{ Id: 'o', DomainName: 'b.s3.amazonaws.com', OriginPath: '/www' }] },
      CustomErrorResponses: { Items: [{ ErrorCode: 404, ErrorCachingMinTTL: 7 }] },
    });
  });

  it('knows no distribution that is not there', async () => {
    await expect(occupy('E0GONEGONE', ['/a'])).rejects.toMatchObject({ name: 'NoSuchDistribution' });
  });
});
