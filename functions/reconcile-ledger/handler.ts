import { ec2Client } from '../../shared/aws/ec2.ts';
import { rdsClient } from '../../shared/aws/rds.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { reconcileLedger } from './run.ts';

export const handler = entrypoint(
  reconcileLedger,
  lambdaTools((config) => ({ ec2: ec2Client(config), rds: rdsClient(config) })),
);
