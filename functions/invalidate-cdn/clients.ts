/** What a run of invalidate-cdn talks to. */
import type { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { S3Client } from '../../shared/aws/s3/client.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { Lazy } from '../../shared/tools.ts';
import type { InvalidateCdnJob } from './job.ts';

export interface CdnClients {
  cloudFront: CloudFrontClient;
  s3: S3Client;
  /** Only what CloudFront has no room for goes into the queue. */
  sqs: Lazy<SQSClient>;
}

export type CdnRun = Run<InvalidateCdnJob, CdnClients>;
