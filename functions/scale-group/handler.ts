import { autoScalingClient } from '../../shared/aws/auto-scaling.ts';
import { elbClient } from '../../shared/aws/classic-load-balancers.ts';
import { cloudWatchClient } from '../../shared/aws/cloudwatch.ts';
import { ec2Client } from '../../shared/aws/ec2.ts';
import { sqsClient } from '../../shared/aws/sqs.ts';
import { elbv2Client } from '../../shared/aws/target-groups.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { scaleGroup } from './run.ts';

export const handler = entrypoint(
  scaleGroup,
  lambdaTools((config) => ({
    ec2: ec2Client(config),
    cloudWatch: cloudWatchClient(config),
    autoScaling: lazily(async () => autoScalingClient(config)),
    elbv2: lazily(async () => elbv2Client(config)),
    elb: lazily(async () => elbClient(config)),
    sqs: lazily(async () => sqsClient(config)),
  })),
);
