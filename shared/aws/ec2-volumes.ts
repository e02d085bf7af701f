import { DescribeVolumesCommand, type Volume as Ec2Volume, type Filter } from '@aws-sdk/client-ec2';
import type { VolumeSelector } from '../job.ts';
import type { Tags } from '../tags.ts';
import { type Ec2, filterValues, pages, required, slices, tagsOf } from './ec2.ts';

export interface Volume {
  id: string;
  /** `creating`, `available`, `in-use`, `deleting`, `deleted` or `error`. */
  state: string;
  createdAt: Date;
  /** The instances that it is attached to. */
  attachedTo: readonly string[];
  tags: Tags;
}

/** The volumes that a selector chooses. Ids that do not exist are simply not among them. */
export async function observeVolumes(place: Ec2, { ids, tags }: VolumeSelector): Promise<Volume[]> {
  if (ids) return volumesBy(place, 'volume-id', ids);
  return describeVolumes(place, tagFilters(tags ?? {}));
}

/** Which of these volumes exist. */
export async function observeExisting(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  return new Set((await volumesBy(place, 'volume-id', ids)).map(({ id }) => id));
}

export const tagFilters = (tags: Readonly<Record<string, string[]>>): Filter[] =>
  Object.entries(tags).map(([key, values]) => ({ Name: `tag:${key}`, Values: values.map(literal) }));

/** EC2 reads `*` and `?` in a filter's value as wildcards; a plan means them as they stand. */
export const literal = (value: string): string => value.replace(/[\\*?]/g, '\\$&');

async function volumesBy(place: Ec2, name: string, values: readonly string[]): Promise<Volume[]> {
  const found = new Map<string, Volume>();
  for (const slice of slices([...new Set(values)], filterValues)) {
    // A volume attached to several instances comes once a slice.
    for (const volume of await describeVolumes(place, [{ Name: name, Values: slice }]))
      found.set(volume.id, volume);
  }
  return [...found.values()];
}

async function describeVolumes(place: Ec2, filters: Filter[]): Promise<Volume[]> {
  // A filter without values, or none at all, would choose the whole account.
  if (filters.length === 0) return [];
  const volumes: Volume[] = [];
  const wanted = { Filters: filters, MaxResults: 500 };
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeVolumesCommand({ ...wanted, ...from }));
  for await (const page of pages(place, 'Volumes', read)) volumes.push(...(page.Volumes ?? []).map(toVolume));
  return volumes;
}

const toVolume = (volume: Ec2Volume): Volume => ({
  id: required(volume.VolumeId, 'VolumeId'),
  state: required(volume.State, 'State'),
  createdAt: required(volume.CreateTime, 'CreateTime'),
  attachedTo: (volume.Attachments ?? []).map(({ InstanceId }) => InstanceId).filter((id) => id !== undefined),
  tags: tagsOf(volume.Tags),
});
