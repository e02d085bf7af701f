/**
 * As much of EC2 as the functions call, in memory and indexed: moto's DescribeSnapshots is quadratic in
 * tagged resources and cannot hold an account of this size.
 */
import { type AccountSeed, backupsOf, snapshotIdOf, volumeIdOf } from './account.ts';

interface StubSnapshot {
  id: string;
  volumeId: string;
  startedAt: string;
  tags: [string, string][];
}

const pageSize = 1_000;

export class Ec2Stub {
  readonly #snapshots = new Map<string, StubSnapshot>();
  readonly #bySource = new Map<string, Set<string>>();
  #volumes = 0;
  #images = 0;
  #made = 0;

  seed(account: AccountSeed): void {
    this.#snapshots.clear();
    this.#bySource.clear();
    this.#volumes = account.volumes;
    this.#images = account.images;
    this.#made = 0;
    for (const { source, startedAt, slot, expires } of backupsOf(account)) {
      this.#add(source, startedAt, [
        ['groundskeeper:owner', account.owner],
        ['groundskeeper:plan', 'data'],
        ['groundskeeper:tier', 'hourly'],
        ['groundskeeper:slot', slot],
        ['groundskeeper:expires', expires],
        ['groundskeeper:source', source],
        ['Name', 'a disk with a name'],
      ]);
    }
  }

  #add(volumeId: string, startedAt: Date, tags: [string, string][]): string {
    const id = snapshotIdOf(this.#made);
    this.#made += 1;
    this.#snapshots.set(id, { id, volumeId, startedAt: startedAt.toISOString(), tags });
    const source = this.#bySource.get(volumeId) ?? new Set();
    this.#bySource.set(volumeId, source.add(id));
    return id;
  }

  /** The answer's body, as the EC2 API reference shows it. */
  handle(parameters: URLSearchParams): string {
    const action = parameters.get('Action') ?? '';
    switch (action) {
      case 'DescribeSnapshots':
        return page(action, 'snapshotSet', this.#chosen(filtersOf(parameters)), parameters, snapshotXml);
      case 'DescribeVolumes':
        return page(action, 'volumeSet', this.#chosenVolumes(filtersOf(parameters)), parameters, volumeXml);
      case 'DescribeImages':
        return page(action, 'imagesSet', this.#chosenImages(filtersOf(parameters)), parameters, imageXml);
      case 'DescribeLockedSnapshots':
        return response(action, '<snapshotSet/>');
      case 'DescribeSnapshotAttribute':
        return response(action, '<createVolumePermission/>');
      case 'CreateSnapshot':
        return this.#create(parameters);
      case 'DeleteSnapshot':
        return this.#delete(parameters.get('SnapshotId') ?? '');
      default:
        throw new Error(`The stub has no ${action}`);
    }
  }

  #chosen(filters: Map<string, string[]>): StubSnapshot[] {
    const owner = filters.get('tag:groundskeeper:owner');
    const sources = filters.get('tag:groundskeeper:source');
    const slots = filters.get('tag:groundskeeper:slot');
    const ids =
      filters.get('snapshot-id') ??
      sources?.flatMap((id) => [...(this.#bySource.get(id) ?? [])]) ??
      this.#snapshots.keys();
    const chosen: StubSnapshot[] = [];
    for (const id of ids) {
      const snapshot = this.#snapshots.get(id);
      if (
        snapshot &&
        carries(snapshot, 'groundskeeper:owner', owner) &&
        carries(snapshot, 'groundskeeper:slot', slots)
      ) {
        chosen.push(snapshot);
      }
    }
    return chosen;
  }

  /** Past their time, and still there. */
  countDue(now: Date): number {
    const isDue = ({ tags }: StubSnapshot) =>
      tags.some(([key, value]) => key === 'groundskeeper:expires' && new Date(value) <= now);
    return [...this.#snapshots.values()].filter(isDue).length;
  }

  #chosenImages(filters: Map<string, string[]>): number[] {
    const snapshots = filters.get('block-device-mapping.snapshot-id');
    return range(this.#images).filter((index) => snapshots?.includes(imageSnapshotOf(index)) !== false);
  }

  #chosenVolumes(filters: Map<string, string[]>): string[] {
    return filters.get('volume-id') ?? range(this.#volumes).map(volumeIdOf);
  }

  #create(parameters: URLSearchParams): string {
    const tags: [string, string][] = [];
    for (let n = 1; parameters.has(`TagSpecification.1.Tag.${n}.Key`); n += 1) {
      const at = `TagSpecification.1.Tag.${n}`;
      tags.push([parameters.get(`${at}.Key`) ?? '', parameters.get(`${at}.Value`) ?? '']);
    }
    const id = this.#add(parameters.get('VolumeId') ?? '', new Date(), tags);
    return response('CreateSnapshot', `<snapshotId>${id}</snapshotId><status>pending</status>`);
  }

  #delete(id: string): string {
    const snapshot = this.#snapshots.get(id);
    if (!snapshot) throw new Error(`${id} was deleted before`);
    this.#snapshots.delete(id);
    this.#bySource.get(snapshot.volumeId)?.delete(id);
    return response('DeleteSnapshot', '<return>true</return>');
  }
}

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

const carries = ({ tags }: StubSnapshot, key: string, values: string[] | undefined): boolean =>
  values === undefined || tags.some(([k, value]) => k === key && values.includes(value));

function filtersOf(parameters: URLSearchParams): Map<string, string[]> {
  const filters = new Map<string, string[]>();
  for (let n = 1; parameters.has(`Filter.${n}.Name`); n += 1) {
    const values: string[] = [];
    for (let v = 1; parameters.has(`Filter.${n}.Value.${v}`); v += 1) {
      values.push(parameters.get(`Filter.${n}.Value.${v}`) ?? '');
    }
    filters.set(parameters.get(`Filter.${n}.Name`) ?? '', values);
  }
  return filters;
}

function page<Item>(
  action: string,
  set: string,
  all: readonly Item[],
  parameters: URLSearchParams,
  xml: (item: Item) => string,
): string {
  const size = Math.min(pageSize, Number(parameters.get('MaxResults') ?? pageSize));
  const start = Number(parameters.get('NextToken') ?? 0);
  const items = all.slice(start, start + size).map((item) => `<item>${xml(item)}</item>`);
  const token = start + size < all.length ? `<nextToken>${start + size}</nextToken>` : '';
  return response(action, `<${set}>${items.join('')}</${set}>${token}`);
}

const response = (action: string, body: string): string =>
  `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>bench</requestId>${body}</${action}Response>`;

const tagXml = ([key, value]: [string, string]): string =>
  `<item><key>${key}</key><value>${value}</value></item>`;

const snapshotXml = ({ id, volumeId, startedAt, tags }: StubSnapshot): string =>
  `<snapshotId>${id}</snapshotId><volumeId>${volumeId}</volumeId><status>completed</status><startTime>${startedAt}</startTime><tagSet>${tags.map(tagXml).join('')}</tagSet>`;

const volumeXml = (id: string): string =>
  `<volumeId>${id}</volumeId><status>in-use</status><createTime>2026-01-01T00:00:00.000Z</createTime><tagSet>${tagXml(['Backup', 'data'])}${tagXml(['Name', id])}</tagSet>`;

const imageSnapshotOf = (index: number): string => `snap-f${index.toString(16).padStart(16, '0')}`;

const imageXml = (index: number): string =>
  `<imageId>ami-${index}</imageId><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><snapshotId>${imageSnapshotOf(index)}</snapshotId></ebs></item></blockDeviceMapping>`;
