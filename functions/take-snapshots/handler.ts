import { ec2Client } from '../../shared/aws/ec2.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { takeSnapshots } from './run.ts';

export const handler = entrypoint(
  takeSnapshots,
  lambdaTools((config) => ({
    ec2: ec2Client(config),
    ssm: lazily(async () => (await import('../../shared/aws/ssm.ts')).ssmClient(config)),
  })),
);
