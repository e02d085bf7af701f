/** What stands in the account, read by raw clients: nothing of the code under test takes part. */
import { createHmac } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import {
  type DBSnapshot,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
} from '@aws-sdk/client-rds';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import type { InstanceOs } from '../sandbox/types.ts';
import { groupsIn, type SeenGroups } from './look-groups.ts';
import {
  invalidationsIn,
  type ObjectHistory,
  objectsIn,
  type SeenFile,
  type SeenInvalidation,
} from './look-objects.ts';
import { credentials, region as home, owner, type World } from './world.ts';

export interface SeenSnapshot {
  id: string;
  region: string;
  volume: string;
  /** The name of the image that it is, or that its tags say that it is a part of. */
  image?: string | undefined;
  state: string;
  started: string;
  tags: Readonly<Record<string, string>>;
}

export type SeenRow = Readonly<Record<string, string>>;

export interface Look extends SeenGroups {
  at: Date;
  snapshots: ReadonlyMap<string, SeenSnapshot>;
  rows: ReadonlyMap<string, SeenRow>;
  /** The instances on which commands were run. */
  machines: ReadonlyMap<string, InstanceOs>;
  /** By `s3://bucket/key`, of the buckets that were asked for. */
  objects: ReadonlyMap<string, SeenFile>;
  /** Of all buckets, since the account was empty. */
  history: ObjectHistory;
  /** By `distribution/id`. */
  invalidations: ReadonlyMap<string, SeenInvalidation>;
}

/** What the functions under test never change. */
export interface Surroundings {
  /** Databases too, as `db:…` and `cluster:…`. */
  volumes: ReadonlySet<string>;
  imageSnapshots: ReadonlySet<string>;
}

export async function look(world: World): Promise<Look> {
  const rows = world.store === 'simpledb' ? await simpleDbRows(world) : await dynamoDbRows(world);
  const snapshots = [
    ...(await snapshotsIn(world.ec2, home)),
    ...(await imagesIn(world)),
    // Few scenarios ever ask there: the others need not pay for the look.
    ...(hasAsked(world, 'ec2', elsewhere) ? await snapshotsIn(clientOf(world, elsewhere), elsewhere) : []),
    ...(hasAsked(world, 'rds', home) ? await databaseSnapshotsIn(world, home) : []),
    ...(hasAsked(world, 'rds', elsewhere) ? await databaseSnapshotsIn(world, elsewhere) : []),
  ];
  const machines = await machinesIn(world);
  const [objects, invalidations] = [objectsIn(world), invalidationsIn(world)];
  const { history } = world;
  const ofSites = { objects, history, invalidations };
  const groups = await groupsIn(world);
  return { at: world.time.now(), snapshots: new Map(snapshots), rows, machines, ...ofSites, ...groups };
}

async function machinesIn({ sandbox }: World): Promise<Map<string, InstanceOs>> {
  const sent = sandbox.calls.filter(({ action }) => action === 'SendCommand');
  const ids = new Set(sent.flatMap(({ parameters }) => parameters['InstanceIds'] as string[]));
  const machines = new Map<string, InstanceOs>();
  for (const id of ids) machines.set(id, await sandbox.instanceOs(id));
  return machines;
}

const hasAsked = ({ sandbox }: World, service: string, region: string): boolean =>
  sandbox.calls.some((call) => call.service === service && call.region === region);

/** The region that scenarios copy to. */
export const elsewhere = 'eu-central-1';

const clients = new Map<string, EC2Client>();

/** A raw client of another region than the world's own. */
export function clientOf({ sandbox: { url } }: World, region: string): EC2Client {
  const client = clients.get(url + region) ?? new EC2Client({ region, credentials, endpoint: url });
  clients.set(url + region, client);
  return client;
}

/** As snapshots of `db:…` and `cluster:…`, under their identifiers. */
async function databaseSnapshotsIn(world: World, region: string): Promise<[string, SeenSnapshot][]> {
  const rds = rdsIn(world, region);
  const { DBSnapshots = [] } = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }));
  const ofClusters = new DescribeDBClusterSnapshotsCommand({ SnapshotType: 'manual' });
  const { DBClusterSnapshots = [] } = await rds.send(ofClusters);
  return [
    ...DBSnapshots.map((snapshot) =>
      seenDatabase(region, snapshot.DBSnapshotIdentifier, `db:${snapshot.DBInstanceIdentifier}`, snapshot),
    ),
    ...DBClusterSnapshots.map((snapshot) =>
      seenDatabase(
        region,
        snapshot.DBClusterSnapshotIdentifier,
        `cluster:${snapshot.DBClusterIdentifier}`,
        snapshot,
      ),
    ),
  ];
}

async function databasesIn(world: World): Promise<string[]> {
  const rds = rdsIn(world, home);
  const { DBInstances = [] } = await rds.send(new DescribeDBInstancesCommand({}));
  const { DBClusters = [] } = await rds.send(new DescribeDBClustersCommand({}));
  return [
    ...DBInstances.map(({ DBInstanceIdentifier }) => `db:${DBInstanceIdentifier}`),
    ...DBClusters.map(({ DBClusterIdentifier }) => `cluster:${DBClusterIdentifier}`),
  ];
}

/** A raw client of RDS in a region. */
export function rdsIn({ sandbox: { url } }: World, region: string): RDSClient {
  const rds = rdsClients.get(url + region) ?? new RDSClient({ region, credentials, endpoint: url });
  rdsClients.set(url + region, rds);
  return rds;
}

const rdsClients = new Map<string, RDSClient>();
const databaseStates: Readonly<Record<string, string>> = { available: 'completed', failed: 'error' };

function seenDatabase(
  region: string,
  id = '',
  volume: string,
  {
    Status = '',
    SnapshotCreateTime,
    TagList = [],
  }: Pick<DBSnapshot, 'Status' | 'SnapshotCreateTime' | 'TagList'>,
): [string, SeenSnapshot] {
  const tags = Object.fromEntries(TagList.map(({ Key = '', Value = '' }) => [Key, Value]));
  const started = SnapshotCreateTime?.toISOString() ?? '';
  // One and its copy have the same identifier, in two regions.
  const key = region === home ? id : `${id}@${region}`;
  return [key, { id, region, volume, state: databaseStates[Status] ?? 'pending', started, tags }];
}

async function snapshotsIn(ec2: EC2Client, region: string): Promise<[string, SeenSnapshot][]> {
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  return Snapshots.map((snapshot) => {
    const { SnapshotId: id = '', VolumeId: volume = '', State: state = '', StartTime, Tags = [] } = snapshot;
    const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
    const image = tags[extraTagKeys.image];
    return [id, { id, region, volume, image, state, started: StartTime?.toISOString() ?? '', tags }];
  });
}

const imageStates: Readonly<Record<string, string>> = { available: 'completed', failed: 'error' };

/** Images made of instances, as snapshots of these. */
async function imagesIn({ ec2, sandbox }: World): Promise<[string, SeenSnapshot][]> {
  if (!sandbox.calls.some(({ action }) => action === 'CreateImage')) return [];
  const wanted = { Owners: ['self'], IncludeDisabled: true };
  const { Images = [] } = await ec2.send(new DescribeImagesCommand(wanted));
  const made = Images.filter(({ SourceInstanceId }) => SourceInstanceId !== undefined);
  return made.map(({ ImageId: id = '', Name: image, SourceInstanceId = '', State = '', ...rest }) => {
    const tags = Object.fromEntries((rest.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    const { CreationDate: started = '' } = rest;
    const state = imageStates[State] ?? State;
    return [id, { id, region: home, volume: SourceInstanceId, image, state, started, tags }];
  });
}

export async function lookAround(world: World): Promise<Surroundings> {
  const { ec2 } = world;
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({ Owners: ['self'], IncludeDisabled: true }),
  );
  // What only images of ours stand on dies with them.
  const others = Images.filter(({ Tags = [] }) => !Tags.some(isOwnerTag));
  const mappings = others.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings);
  return {
    volumes: new Set([
      ...Volumes.map(({ VolumeId = '' }) => VolumeId),
      ...(hasAsked(world, 'rds', home) ? await databasesIn(world) : []),
    ]),
    imageSnapshots: new Set(mappings.map(({ Ebs }) => Ebs?.SnapshotId ?? '')),
  };
}

const isOwnerTag = ({ Key, Value }: Tag): boolean => Key === tagKeys.owner && Value === owner;

/**
 * Snapshots, rows, objects, invalidations and groups as text that is the same if and only if they are. Left out is
 * what passes by itself: states, when RDS says that a snapshot was started, and who holds a lock until when; that
 * a slot is done, stays.
 */
export function canonical(seen: Look): string {
  const { snapshots, rows } = seen;
  const sorted = (all: ReadonlyMap<string, object>) =>
    [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, sortedFields(value)]);
  const lasting = new Map([...snapshots].map(([id, snapshot]) => [id, lastingOf(snapshot)]));
  const settled = new Map([...rows].map(([key, row]) => [key, row['kind'] === 'slot' ? lockOf(row) : row]));
  const all = {
    snapshots: sorted(lasting),
    rows: sorted(settled),
    objects: sorted(seen.objects),
    invalidations: sorted(seen.invalidations),
    instances: sorted(seen.instances),
    capacities: sorted(seen.capacities),
  };
  return JSON.stringify(all, null, 1);
}

function lastingOf({ state: _state, started, ...rest }: SeenSnapshot): object {
  const isOfDatabase = rest.volume.includes(':');
  return isOfDatabase ? rest : { ...rest, started };
}

const lockOf = ({ until }: SeenRow): SeenRow => ({ done: String(until === 'done') });

function sortedFields(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sortedFields(field)]));
}

async function dynamoDbRows({ dynamoDb }: World): Promise<Map<string, SeenRow>> {
  const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName: owner, ConsistentRead: true }));
  return new Map(
    Items.map((item) => {
      const fields = Object.fromEntries(Object.entries(item).map(([name, { S = '' }]) => [name, S]));
      return [fields['key'] ?? '', fields];
    }),
  );
}

async function simpleDbRows({ sandbox }: World): Promise<Map<string, SeenRow>> {
  const rows = new Map<string, SeenRow>();
  let token: string | undefined;
  do {
    const root = await selectPage(sandbox.url, token);
    if (root === undefined) return rows;
    for (const item of elements(root, 'Item')) rows.set(...rowOf(item));
    token = textOf(root, 'NextToken');
  } while (token !== undefined);
  return rows;
}

/** Undefined if there is no domain yet. */
async function selectPage(url: string, token: string | undefined): Promise<Element | undefined> {
  const body = signed(new URL(url).host, {
    Action: 'Select',
    Version: '2009-04-15',
    SelectExpression: `select * from \`${owner}\` limit 2500`,
    ConsistentRead: 'true',
    ...(token !== undefined && { NextToken: token }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const answer = await fetch(url, { method: 'POST', body, headers });
  const root = new DOMParser().parseFromString(await answer.text(), 'text/xml').documentElement;
  if (answer.ok && root !== null) return root;
  const code = root === null ? undefined : textOf(root, 'Code');
  if (code === 'NoSuchDomain') return undefined;
  throw new Error(`The ledger could not be read raw: ${answer.status} ${code}`);
}

/** Signature Version 2: https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/HMACAuth.html */
function signed(host: string, parameters: Readonly<Record<string, string>>): string {
  const all: Record<string, string> = {
    ...parameters,
    AWSAccessKeyId: credentials.accessKeyId,
    SignatureVersion: '2',
    SignatureMethod: 'HmacSHA256',
    Timestamp: new Date().toISOString(),
  };
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const names = Object.keys(all).sort();
  const query = names.map((name) => `${name}=${encode(all[name] ?? '')}`).join('&');
  const signature = createHmac('sha256', credentials.secretAccessKey)
    .update(`POST\n${host}\n/\n${query}`)
    .digest('base64');
  return `${query}&Signature=${encode(signature)}`;
}

function rowOf(item: Element): [string, SeenRow] {
  const fields = elements(item, 'Attribute').map((attribute) => {
    return [textOf(attribute, 'Name') ?? '', textOf(attribute, 'Value') ?? ''] as const;
  });
  const named = Object.fromEntries(fields);
  if (named['resource'] === '-') delete named['resource']; // SimpleDB's way to have none
  return [textOf(item, 'Name') ?? '', named];
}

const elements = (parent: Element, name: string): Element[] => Array.from(parent.getElementsByTagName(name));

const textOf = (parent: Element, name: string): string | undefined =>
  elements(parent, name)[0]?.textContent ?? undefined;
