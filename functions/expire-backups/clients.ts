import type { SQSClient } from '@aws-sdk/client-sqs';
import type { BackupGateway, BackupKind } from '../../shared/backups/backup.ts';
import { type BackupClients, gatewaysIn } from '../../shared/backups/gateways.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { Lazy } from '../../shared/tools.ts';
import type { ExpireBackupsJob } from './job.ts';

export interface ExpireClients extends BackupClients {
  sqs: Lazy<SQSClient>;
}

export type ExpireRun = Run<ExpireBackupsJob, ExpireClients>;

/** The gateway that sees backups of this kind there. */
export function gatewayOf(
  { region, kind }: { region: string; kind: BackupKind },
  run: ExpireRun,
): BackupGateway {
  const gateway = gatewaysIn(run.awsIn(region)).find(({ kinds }) => kinds.includes(kind));
  if (!gateway) throw new TypeError(`No gateway sees a ${kind}`);
  return gateway;
}
