/** The kinds of backups that can be copied, and what that takes. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { RDSClient } from '@aws-sdk/client-rds';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import type { CopyGateway } from '../../shared/backups/copies.ts';
import { ebsCopies } from '../../shared/backups/ebs-copies.ts';
import { rdsCopies } from '../../shared/backups/rds-copies.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { CopyBackupsJob } from './job.ts';

export interface CopyClients {
  ec2: EC2Client;
  rds: RDSClient;
}

export type CopyRun = Run<CopyBackupsJob, CopyClients>;

export const copyGateways = ({ aws, awsIn }: CopyRun): CopyGateway[] => [
  ebsCopies(aws, awsIn),
  rdsCopies(aws, awsIn),
];

export function gatewayOf({ kind }: StandingBackup, run: CopyRun): CopyGateway {
  const gateway = copyGateways(run).find(({ kinds }) => kinds.includes(kind));
  if (!gateway) throw new TypeError(`No gateway copies a ${kind}`);
  return gateway;
}
