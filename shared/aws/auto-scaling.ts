/** What EC2 Auto Scaling launches. */
import {
  AutoScalingClient,
  type AutoScalingClientConfig,
  DescribeAutoScalingGroupsCommand,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Lazy } from '../tools.ts';
import { pages, required } from './ec2.ts';
import type { Patience } from './persist.ts';

export interface AutoScaling {
  autoScaling: Lazy<AutoScalingClient>;
  patience: Patience;
}

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function autoScalingClient(config: AutoScalingClientConfig = {}): AutoScalingClient {
  return new AutoScalingClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}

// The largest page: Amazon EC2 Auto Scaling API reference, DescribeLaunchConfigurations and DescribeAutoScalingGroups.
const largestPage = 100;

/** The images that groups launch without a launch template's saying so: by launch configurations, and by overrides of their own. */
export async function imagesOfGroups(place: AutoScaling): Promise<Set<string>> {
  const client = await place.autoScaling();
  const images = new Set<string>();
  const configurations = pages(place, 'Launch configurations', (from) =>
    client.send(new DescribeLaunchConfigurationsCommand({ MaxRecords: largestPage, ...from })),
  );
  for await (const { LaunchConfigurations = [] } of configurations)
    for (const { ImageId } of LaunchConfigurations) images.add(required(ImageId, 'ImageId', 'Auto Scaling'));
  const groups = pages(place, 'Auto Scaling groups', (from) =>
    client.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: largestPage, ...from })),
  );
  for await (const { AutoScalingGroups = [] } of groups) {
    const overrides = AutoScalingGroups.flatMap(
      ({ MixedInstancesPolicy }) => MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [],
    );
    for (const { ImageId } of overrides) if (ImageId !== undefined) images.add(ImageId);
  }
  return images;
}
