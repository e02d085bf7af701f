/** What EC2 Auto Scaling launches. */
import {
  AutoScalingClient,
  type AutoScalingClientConfig,
  DescribeLaunchConfigurationsCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Lazy } from '../tools.ts';
import { observing, required } from './ec2.ts';
import { type Patience, persist } from './persist.ts';

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

/** The images of all launch configurations: those of groups that have no launch template. */
export async function launchConfigurationImages({
  autoScaling,
  patience,
}: AutoScaling): Promise<Set<string>> {
  const client = await autoScaling();
  const images = new Set<string>();
  let token: string | undefined;
  do {
    // 100 is the largest page: Amazon EC2 Auto Scaling API reference, DescribeLaunchConfigurations.
    const command = new DescribeLaunchConfigurationsCommand({
      MaxRecords: 100,
      ...(token !== undefined && { NextToken: token }),
    });
    const page = await observing('Launch configurations', () =>
      persist(() => client.send(command), patience),
    );
    for (const { ImageId } of page.LaunchConfigurations ?? []) images.add(required(ImageId, 'ImageId'));
    token = page.NextToken;
  } while (token);
  return images;
}
