/** Buckets are moto's: what they are set to is asked there, and of the stacks whose settings moto forgets. */
import { formType, homeRegion, inRegion } from '../identify.ts';
import type { Answer } from '../message.ts';
import type { MotoClient } from '../moto/moto-client.ts';
import type { BucketSettings } from './store.ts';
import { children, parse, textOf, type XmlElement } from './xml.ts';

export interface FoundBucket extends BucketSettings {
  region: string;
  /** Whether a template has EventBridge told. */
  tellsEventBridge: boolean;
}

/** Undefined if there is no such bucket. */
export async function findBucket(moto: MotoClient, name: string): Promise<FoundBucket | undefined> {
  const head = await ask(moto, 'HEAD', `/${name}`);
  if (head.status === 404) return undefined;
  const region = String(head.headers['x-amz-bucket-region'] ?? homeRegion);
  const [versioning, encryption, template] = await Promise.all([
    ask(moto, 'GET', `/${name}?versioning`),
    ask(moto, 'GET', `/${name}?encryption`),
    templateOf(moto, name, region),
  ]);
  const { VersioningConfiguration, NotificationConfiguration } = template;
  const isEnabled = versioning.body.toString().includes('<Status>Enabled</Status>');
  return {
    region,
    isVersioned: isEnabled || VersioningConfiguration?.Status === 'Enabled',
    hasKms: encryption.body.toString().includes('aws:kms'),
    tellsEventBridge: NotificationConfiguration?.EventBridgeConfiguration !== undefined,
  };
}

const ask = (moto: MotoClient, method: string, target: string): Promise<Answer> =>
  moto.send(
    inRegion(
      { method, target, headers: { host: 's3.amazonaws.com' }, body: Buffer.alloc(0) },
      's3',
      homeRegion,
    ),
  );

/** Of AWS::S3::Bucket, as far as moto's CloudFormation forgets it. */
interface BucketTemplate {
  VersioningConfiguration?: { Status?: string };
  NotificationConfiguration?: { EventBridgeConfiguration?: object };
}

async function templateOf(moto: MotoClient, bucket: string, region: string): Promise<BucketTemplate> {
  const askStacks = (parameters: Record<string, string>) => askCloudFormation(moto, region, parameters);
  const stacks = children(await askStacks({ Action: 'DescribeStacks' }), 'StackName');
  for (const StackName of stacks.map(({ textContent }) => textContent ?? '')) {
    const summaries = children(await askStacks({ Action: 'ListStackResources', StackName }), 'member');
    const own = summaries.find(
      (one) =>
        textOf(one, 'ResourceType') === 'AWS::S3::Bucket' && textOf(one, 'PhysicalResourceId') === bucket,
    );
    if (own === undefined) continue;
    const text = textOf(await askStacks({ Action: 'GetTemplate', StackName }), 'TemplateBody') ?? '{}';
    const { Resources = {} } = JSON.parse(text) as {
      Resources?: Record<string, { Properties?: BucketTemplate }>;
    };
    return Resources[textOf(own, 'LogicalResourceId') ?? '']?.Properties ?? {};
  }
  return {};
}

async function askCloudFormation(
  moto: MotoClient,
  region: string,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> {
  const body = Buffer.from(new URLSearchParams({ Version: '2010-05-15', ...parameters }).toString());
  const message = { method: 'POST', target: '/', headers: { 'content-type': formType }, body };
  return parse([(await moto.send(inRegion(message, 'cloudformation', region))).body]);
}
