/** What every CloudWatch gateway works with. */
import { CloudWatchClient, type CloudWatchClientConfig } from '@aws-sdk/client-cloudwatch';
import type { Patience } from './persist.ts';

export interface CloudWatch {
  cloudWatch: CloudWatchClient;
  patience: Patience;
}

/** A client that leaves retries to `persist`, and never waits longer for an answer than a lease can bear. */
export function cloudWatchClient(config: CloudWatchClientConfig = {}): CloudWatchClient {
  return new CloudWatchClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...config,
  });
}
