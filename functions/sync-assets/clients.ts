/** What a run of sync-assets talks to. */
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '../../shared/aws/s3/client.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { Lazy } from '../../shared/tools.ts';
import type { SyncAssetsJob } from './job.ts';

export interface SyncClients {
  s3: S3Client;
  /** A run that changed nothing has nothing to say. */
  eventBridge: Lazy<EventBridgeClient>;
}

export type SyncRun = Run<SyncAssetsJob, SyncClients>;
