import {
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Volume as Ec2Volume,
  type Filter,
} from '@aws-sdk/client-ec2';
import type { VolumeSelector } from '../job.ts';
import type { Tags } from '../tags.ts';
import { type Ec2, filterValues, observing, required, slices, tagsOf } from './ec2.ts';
import { persist } from './persist.ts';

export interface Volume {
  id: string;
  /** `creating`, `available`, `in-use`, `deleting`, `deleted` or `error`. */
  state: string;
  createdAt: Date;
  tags: Tags;
}

/** The volumes that a selector chooses. Ids that do not exist are simply not among them. */
export async function observeVolumes(ec2: Ec2, selector: VolumeSelector): Promise<Volume[]> {
  const { ids, tags, instances } = selector;
  if (ids) return volumesBy(ec2, 'volume-id', ids);
  if (tags) return describeVolumes(ec2, tagFilters(tags));
  if (instances?.ids) return volumesBy(ec2, 'attachment.instance-id', instances.ids);
  return volumesBy(ec2, 'attachment.instance-id', await instanceIds(ec2, tagFilters(instances?.tags ?? {})));
}

/** Which of these volumes exist. */
export async function observeExisting(ec2: Ec2, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await volumesBy(ec2, 'volume-id', ids)).map(({ id }) => id));
}

const tagFilters = (tags: Readonly<Record<string, string[]>>): Filter[] =>
  Object.entries(tags).map(([key, values]) => ({ Name: `tag:${key}`, Values: values.map(literal) }));

/** EC2 reads `*` and `?` in a filter's value as wildcards; a plan means them as they stand. */
export const literal = (value: string): string => value.replace(/[\\*?]/g, '\\$&');

async function volumesBy(ec2: Ec2, name: string, values: readonly string[]): Promise<Volume[]> {
  const found = new Map<string, Volume>();
  for (const slice of slices([...new Set(values)], filterValues)) {
    // A volume attached to several instances comes once a slice.
    for (const volume of await describeVolumes(ec2, [{ Name: name, Values: slice }]))
      found.set(volume.id, volume);
  }
  return [...found.values()];
}

async function describeVolumes({ client, patience }: Ec2, filters: Filter[]): Promise<Volume[]> {
  // A filter without values, or none at all, would choose the whole account.
  if (filters.length === 0) return [];
  const volumes: Volume[] = [];
  let token: string | undefined;
  do {
    const page = await observing('Volumes', () =>
      persist(
        () =>
          client.send(
            new DescribeVolumesCommand({
              Filters: filters,
              MaxResults: 500,
              ...(token && { NextToken: token }),
            }),
          ),
        patience,
      ),
    );
    for (const volume of page.Volumes ?? []) volumes.push(toVolume(volume));
    token = page.NextToken;
  } while (token);
  return volumes;
}

const toVolume = (volume: Ec2Volume): Volume => ({
  id: required(volume.VolumeId, 'VolumeId'),
  state: required(volume.State, 'State'),
  createdAt: required(volume.CreateTime, 'CreateTime'),
  tags: tagsOf(volume.Tags),
});

async function instanceIds({ client, patience }: Ec2, filters: Filter[]): Promise<string[]> {
  if (filters.length === 0) return [];
  const ids: string[] = [];
  let token: string | undefined;
  do {
    const page = await observing('Instances', () =>
      persist(
        () =>
          client.send(
            new DescribeInstancesCommand({
              Filters: filters,
              MaxResults: 1000,
              ...(token && { NextToken: token }),
            }),
          ),
        patience,
      ),
    );
    for (const { Instances } of page.Reservations ?? []) {
      for (const { InstanceId } of Instances ?? []) ids.push(required(InstanceId, 'InstanceId'));
    }
    token = page.NextToken;
  } while (token);
  return ids;
}
