/** Which images are in use: a deregistered one could launch nothing any more. */
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  type Instance,
} from '@aws-sdk/client-ec2';
import { type Ec2, filterValues, pages, required, slices } from './ec2.ts';

/** Those of these from which an instance was launched that is not terminated: a stopped one too may be replaced by its like. */
export async function imagesOfInstances(place: Ec2, ids: readonly string[]): Promise<Set<string>> {
  const used = new Set<string>();
  for (const slice of slices(ids, filterValues)) {
    const wanted = { Filters: [{ Name: 'image-id', Values: slice }], MaxResults: 1000 };
    const read = (from: { NextToken?: string }) =>
      place.ec2.send(new DescribeInstancesCommand({ ...wanted, ...from }));
    for await (const { Reservations = [] } of pages(place, 'Instances', read)) {
      const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
      for (const { ImageId } of instances.filter(isStanding)) used.add(required(ImageId, 'ImageId'));
    }
  }
  return used;
}

const isStanding = ({ State }: Instance): boolean => State?.Name !== 'terminated';

/**
 * The images of all versions of all launch templates: a group, or a person, may launch any of them. An image
 * that a template names by a parameter (`resolve:ssm:…`) comes as that parameter has it now.
 */
export async function imagesOfLaunchTemplates(place: Ec2): Promise<Set<string>> {
  const used = new Set<string>();
  for (const template of await launchTemplates(place)) {
    const wanted = { LaunchTemplateId: template, ResolveAlias: true, MaxResults: 200 };
    const read = (from: { NextToken?: string }) =>
      place.ec2.send(new DescribeLaunchTemplateVersionsCommand({ ...wanted, ...from }));
    for await (const { LaunchTemplateVersions = [] } of pages(place, 'Launch template versions', read)) {
      for (const { LaunchTemplateData } of LaunchTemplateVersions)
        if (LaunchTemplateData?.ImageId) used.add(LaunchTemplateData.ImageId);
    }
  }
  return used;
}

async function launchTemplates(place: Ec2): Promise<string[]> {
  const ids: string[] = [];
  const read = (from: { NextToken?: string }) =>
    place.ec2.send(new DescribeLaunchTemplatesCommand({ MaxResults: 200, ...from }));
  for await (const { LaunchTemplates = [] } of pages(place, 'Launch templates', read))
    ids.push(
      ...LaunchTemplates.map(({ LaunchTemplateId }) => required(LaunchTemplateId, 'LaunchTemplateId')),
    );
  return ids;
}
