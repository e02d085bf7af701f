import {
  DescribeInstancesCommand,
  type Instance as Ec2Instance,
  type Filter,
  type StateReason,
} from '@aws-sdk/client-ec2';
import type { InstanceSelector } from '../job.ts';
import type { Tags } from '../tags.ts';
import { type Ec2, filterValues, pages, required, slices, tagsOf } from './ec2.ts';
import { tagFilters } from './ec2-volumes.ts';

export interface Instance {
  id: string;
  /** `pending`, `running`, `shutting-down`, `terminated`, `stopping` or `stopped`. */
  state: string;
  /** Its last start. */
  launchedAt: Date;
  /** Its last stop, where EC2 tells when that was. */
  stoppedAt: Date | undefined;
  /** Why it is stopped, in EC2's words; undefined of one that runs. */
  stateReason: { code: string; message: string } | undefined;
  /** EC2 refuses to stop what would lose its root device, and spot instances that were asked for once. */
  isStoppable: boolean;
  type: string;
  zone: string;
  /** Set up to keep its memory when it is stopped. */
  hibernates: boolean;
  rootDevice: string | undefined;
  /** Its EBS volumes by device. */
  volumes: readonly { id: string; device: string }[];
  tags: Tags;
}

/** The instances that a selector chooses, terminated ones left out. Ids that do not exist are not among them. */
export async function observeInstances(place: Ec2, { ids, tags }: InstanceSelector): Promise<Instance[]> {
  if (ids) return instancesBy(place, ids);
  return describeInstances(place, tagFilters(tags ?? {}));
}

/** Which of these instances exist. */
export async function instancesStanding(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await instancesBy(place, ids)).map(({ id }) => id));
}

async function instancesBy(place: Ec2, ids: readonly string[]): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const slice of slices([...new Set(ids)], filterValues)) {
    found.push(...(await describeInstances(place, [{ Name: 'instance-id', Values: slice }])));
  }
  return found;
}

async function describeInstances(place: Ec2, filters: Filter[]): Promise<Instance[]> {
  // A filter without values, or none at all, would choose the whole account.
  if (filters.length === 0) return [];
  const instances: Instance[] = [];
  const wanted = { Filters: filters, MaxResults: 1000 };
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeInstancesCommand({ ...wanted, ...from }));
  for await (const { Reservations } of pages(place, 'Instances', read)) {
    instances.push(...(Reservations ?? []).flatMap(({ Instances }) => Instances ?? []).map(toInstance));
  }
  // For about an hour EC2 still shows what was terminated.
  return instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
}

const toInstance = (instance: Ec2Instance): Instance => ({
  id: required(instance.InstanceId, 'InstanceId'),
  state: required(instance.State?.Name, 'State'),
  launchedAt: required(instance.LaunchTime, 'LaunchTime'),
  stoppedAt: timeIn(instance.StateTransitionReason),
  stateReason: reasonOf(instance.StateReason),
  // Which spot instances were asked for to stay, and may be stopped, only their requests tell.
  isStoppable: instance.RootDeviceType !== 'instance-store' && instance.InstanceLifecycle !== 'spot',
  type: required(instance.InstanceType, 'InstanceType'),
  zone: required(instance.Placement?.AvailabilityZone, 'AvailabilityZone'),
  hibernates: instance.HibernationOptions?.Configured ?? false,
  rootDevice: instance.RootDeviceName,
  volumes: (instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName, Ebs }) =>
    Ebs?.VolumeId === undefined ? [] : [{ id: Ebs.VolumeId, device: DeviceName ?? '' }],
  ),
  tags: tagsOf(instance.Tags),
});

const reasonOf = (reason: StateReason | undefined): Instance['stateReason'] =>
  reason?.Code ? { code: reason.Code, message: reason.Message ?? '' } : undefined;

/** "User initiated (2026-11-21 08:14:05 GMT)": EC2 has no field of its own for the time of a stop. */
function timeIn(reason = ''): Date | undefined {
  const [, day, time] = /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(reason) ?? [];
  return day === undefined ? undefined : new Date(`${day}T${time}Z`);
}
