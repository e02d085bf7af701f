/** What was deployed, read back from the account: template, functions and their code. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import * as z from 'zod';
import { alarmsIn } from './alarms.ts';
import type { Fill } from './rules.ts';
import { filled, type Named } from './template-values.ts';

export interface DeployedFunction {
  /** As in serverless.yml: `take-snapshots`. */
  name: string;
  /** As in the account: `groundskeeper-dev-take-snapshots`. */
  fullName: string;
  logicalId: string;
  timeoutSeconds: number;
  environment: Readonly<Record<string, string>>;
  /** How often Lambda repeats an asynchronous event that failed. */
  retries: number;
  /** The logical id of its dead-letter queue. */
  deadLetterQueue: string | undefined;
  /** The unzipped bundle, and which of its exports is the handler. */
  file: string;
  exportName: string;
}

export type Template = Readonly<Record<string, { Type: string; Properties?: unknown }>>;

export interface DeployedStack {
  resources: Template;
  functions: DeployedFunction[];
  outputs: Readonly<Record<string, string>>;
  /** What the template's references stand for. */
  fill: Fill;
}

/** Where to read from. */
export interface StackPlace {
  stackName: string;
  endpoint: string;
  region: string;
  /** Where the code is unzipped to. */
  folder: string;
}

export async function readStack(place: StackPlace): Promise<DeployedStack> {
  const clients = clientsOf(place);
  const { TemplateBody } = await clients.cloudFormation.send(
    new GetTemplateCommand({ StackName: place.stackName }),
  );
  const { Resources: resources } = templateBody.parse(JSON.parse(TemplateBody ?? ''));
  const named = new Map([...alarmNames(resources), ...(await namedResources(clients, place))]);
  const ids = new Map([...named].map(([logicalId, { physicalId }]) => [logicalId, physicalId]));
  const functions: DeployedFunction[] = [];
  for (const [logicalId, { Type, Properties }] of Object.entries(resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const properties = functionProperties.parse(Properties);
    const retries = retriesOf(logicalId, resources);
    functions.push(await readFunction({ logicalId, properties, retries, ids, clients, place }));
  }
  return {
    resources,
    functions,
    outputs: await outputsOf(clients, place),
    fill: (value) => filled(value, { region: place.region, resources: named }),
  };
}

const templateBody = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});

const functionProperties = z.object({
  FunctionName: z.string(),
  Code: z.object({ S3Bucket: z.object({ Ref: z.string() }), S3Key: z.string() }),
  DeadLetterConfig: z
    .object({ TargetArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) })
    .optional(),
});

function clientsOf({ endpoint, region }: StackPlace) {
  const config = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    cloudFormation: new CloudFormationClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
  };
}

type Clients = ReturnType<typeof clientsOf>;

const alarmNames = (resources: Template): [string, Named][] =>
  [...alarmsIn(resources)].map(([logicalId, { AlarmName: physicalId }]) => [
    logicalId,
    { type: 'AWS::CloudWatch::Alarm', physicalId },
  ]);

/** Logical ids to what the account calls the resources. */
async function namedResources(
  { cloudFormation }: Clients,
  { stackName }: StackPlace,
): Promise<Map<string, Named>> {
  const { StackResources = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackName }),
  );
  return new Map(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '', ResourceType = '' }) => [
      LogicalResourceId,
      { type: ResourceType, physicalId: PhysicalResourceId },
    ]),
  );
}

async function outputsOf({ cloudFormation }: Clients, { stackName }: StackPlace) {
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }));
  const outputs = Stacks[0]?.Outputs ?? [];
  return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

interface FunctionParts {
  logicalId: string;
  properties: z.output<typeof functionProperties>;
  retries: number;
  ids: ReadonlyMap<string, string>;
  clients: Clients;
  place: StackPlace;
}

async function readFunction(parts: FunctionParts): Promise<DeployedFunction> {
  const { logicalId, properties, retries, clients, place } = parts;
  const { FunctionName: fullName, DeadLetterConfig } = properties;
  const { Configuration } = await clients.lambda.send(new GetFunctionCommand({ FunctionName: fullName }));
  const name = fullName.slice(place.stackName.length + 1);
  const [path = '', exportName = ''] = (Configuration?.Handler ?? '').split('.');
  return {
    name,
    fullName,
    logicalId,
    timeoutSeconds: Configuration?.Timeout ?? 3,
    environment: Configuration?.Environment?.Variables ?? {},
    retries,
    deadLetterQueue: DeadLetterConfig?.TargetArn['Fn::GetAtt'][0],
    file: await unzip(await readCode(parts), join(place.folder, name), path),
    exportName,
  };
}

/** moto takes no notice of this resource: the template says it. Lambda's own default is 2. */
function retriesOf(logicalId: string, resources: Template): number {
  const config = z.object({
    FunctionName: z.object({ Ref: z.literal(logicalId) }),
    MaximumRetryAttempts: z.int(),
  });
  const found = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::EventInvokeConfig')
    .map(({ Properties }) => config.safeParse(Properties).data)
    .find((properties) => properties !== undefined);
  return found?.MaximumRetryAttempts ?? 2;
}

async function readCode({ properties: { Code }, ids, clients }: FunctionParts): Promise<Uint8Array> {
  const Bucket = ids.get(Code.S3Bucket.Ref);
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key: Code.S3Key }));
  if (!Body) throw new Error(`The bucket holds no code under ${Code.S3Key}`);
  return Body.transformToByteArray();
}

/** @returns the handler's file. */
async function unzip(zip: Uint8Array, folder: string, handlerPath: string): Promise<string> {
  const files = unzipSync(zip);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  // The order in which Lambda's runtime looks.
  const extension = ['.js', '.mjs', '.cjs'].find((candidate) => `${handlerPath}${candidate}` in files);
  if (!extension) throw new Error(`The zip has no ${handlerPath}: it holds ${Object.keys(files).join(', ')}`);
  return join(folder, `${handlerPath}${extension}`);
}
