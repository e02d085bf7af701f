import { autoScalingClient } from '../../shared/aws/auto-scaling.ts';
import { ec2Client } from '../../shared/aws/ec2.ts';
import { rdsClient } from '../../shared/aws/rds.ts';
import { sqsClient } from '../../shared/aws/sqs.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { expireBackups } from './run.ts';

export const handler = entrypoint(
  expireBackups,
  lambdaTools((config) => ({
    ec2: ec2Client(config),
    rds: rdsClient(config),
    // Their code is no larger for being imported at once: esbuild takes apart only what is.
    autoScaling: lazily(async () => autoScalingClient(config)),
    sqs: lazily(async () => sqsClient(config)),
  })),
);
