/** Starts and stops instances, and what decides whether that may be. */
import {
  type InstanceStatus as AwsStatus,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceStatusCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Tags } from '../tags.ts';
import { type Ec2, pages, required, slices, tagListOf } from './ec2.ts';
import { persist } from './persist.ts';

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
const idsPerCall = 100;

/** Which of these, which all have to run, fail one of EC2's own checks. */
export async function impairedInstances(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  const impaired = new Set<string>();
  for (const slice of slices(ids, idsPerCall)) {
    const read = (from: { NextToken?: string }) =>
      place.ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: slice, ...from }));
    for await (const { InstanceStatuses = [] } of pages(place, 'Status checks', read))
      for (const status of InstanceStatuses.filter(isImpaired))
        impaired.add(required(status.InstanceId, 'InstanceId'));
  }
  return impaired;
}

const isImpaired = ({ InstanceStatus, SystemStatus, AttachedEbsStatus }: AwsStatus): boolean =>
  [InstanceStatus, SystemStatus, AttachedEbsStatus].some((check) => check?.Status === 'impaired');

/** Whether StopInstances would be refused, since a person has set the attribute `disableApiStop`. */
export async function hasStopProtection({ ec2, patience }: Ec2, id: string): Promise<boolean> {
  const command = new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'disableApiStop' });
  const { DisableApiStop } = await persist(() => ec2.send(command), patience);
  return DisableApiStop?.Value ?? false;
}

/** One that runs already stays so. One a call: of several, one that lacks capacity would keep back the others. */
export async function startInstance({ ec2, patience }: Ec2, id: string): Promise<void> {
  await persist(() => ec2.send(new StartInstancesCommand({ InstanceIds: [id] })), patience);
}

export interface StopOptions {
  /** Its memory is kept, too: it has to be set up for that. */
  hibernate: boolean;
  /** Called before every attempt: whether it may still be stopped. What it throws ends the call. */
  confirm: () => Promise<void>;
}

export async function stopInstance(
  { ec2, patience }: Ec2,
  id: string,
  { hibernate, confirm }: StopOptions,
): Promise<void> {
  const command = new StopInstancesCommand({ InstanceIds: [id], ...(hibernate && { Hibernate: true }) });
  await persist(() => ec2.send(command), patience, { confirm });
}

export async function tagInstance({ ec2, patience }: Ec2, id: string, tags: Tags): Promise<void> {
  const command = new CreateTagsCommand({ Resources: [id], Tags: tagListOf(tags) });
  await persist(() => ec2.send(command), patience);
}

/** Takes tags away, whatever their values. */
export async function untagInstance(
  { ec2, patience }: Ec2,
  id: string,
  keys: readonly string[],
): Promise<void> {
  const command = new DeleteTagsCommand({ Resources: [id], Tags: keys.map((Key) => ({ Key })) });
  await persist(() => ec2.send(command), patience);
}
