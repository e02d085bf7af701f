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

/** By hand a run is made without Lambda around it: see cli.ts. */
export type SyncRun = Pick<
  Run<SyncAssetsJob, SyncClients>,
  'job' | 'owner' | 'invocation' | 'startedAt' | 'timeLeft' | 'report' | 'aws' | 'clock' | 'log'
>;
