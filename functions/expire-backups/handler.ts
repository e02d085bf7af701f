import { ec2Client } from '../../shared/aws/ec2.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { expireBackups } from './run.ts';

export const handler = entrypoint(
  expireBackups,
  lambdaTools((config) => ({ ec2: ec2Client(config) })),
);
