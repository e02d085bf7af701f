import type { RDSClient } from '@aws-sdk/client-rds';

export interface TakeDbSnapshotsClients {
  rds: RDSClient;
}
