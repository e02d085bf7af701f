/** What a run of scale-group talks to. */
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingClient } from '@aws-sdk/client-elastic-load-balancing';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Run } from '../../shared/entrypoint.ts';
import type { Lazy } from '../../shared/tools.ts';
import type { ScaleGroupJob } from './job.ts';

/** A group is of one kind, and has few of the kinds of policies: the rest is never loaded. */
export interface ScaleClients {
  ec2: EC2Client;
  cloudWatch: CloudWatchClient;
  autoScaling: Lazy<AutoScalingClient>;
  /** Target groups. */
  elbv2: Lazy<ElasticLoadBalancingV2Client>;
  /** Classic Load Balancers. */
  elb: Lazy<ElasticLoadBalancingClient>;
  sqs: Lazy<SQSClient>;
}

export type ScaleRun = Run<ScaleGroupJob, ScaleClients>;
