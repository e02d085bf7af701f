import { ec2Client } from '../../shared/aws/ec2.ts';
import { ssmClient } from '../../shared/aws/ssm.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { takeSnapshots } from './run.ts';

export const handler = entrypoint(
  takeSnapshots,
  lambdaTools((config) => ({
    ec2: ec2Client(config),
    // Its code is no larger for being imported at once: esbuild takes apart only what is.
    ssm: lazily(async () => ssmClient(config)),
  })),
);
