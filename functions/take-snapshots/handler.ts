import { ec2Client } from '../../shared/aws/ec2.ts';
import { ssmClient } from '../../shared/aws/ssm.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { takeSnapshots } from './run.ts';

export const handler = entrypoint(
  takeSnapshots,
  lambdaTools((config) => ({
    ec2: ec2Client(config),
    // Its module is imported at once all the same: of what is imported later, esbuild keeps everything.
    ssm: lazily(async () => ssmClient(config)),
  })),
);
