import type { SSMClient } from '@aws-sdk/client-ssm';
import type { HomeClients, Lazy } from '../../shared/tools.ts';

export interface TakeSnapshotsClients extends HomeClients {
  ssm: Lazy<SSMClient>;
}
