/**
 * How a function says what it may do: data in `functions/<name>/permissions.ts`, compiled into a role
 * of its own. `theOwner` stands for service and stage, `${AWS::…}` for CloudFormation's own parameters.
 */
import type { LedgerOperation } from '../ledger/permissions.ts';

export interface Statement {
  /** `ec2:CreateSnapshot` */
  actions: readonly string[];
  /** ARNs, or `*` alone for what AWS lets nobody narrow down. */
  resources: readonly string[];
  /** `{ StringEquals: { 'aws:ResourceTag/groundskeeper:owner': theOwner } }`; of a list one value has to fit. */
  conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Permissions {
  statements: readonly Statement[];
  /** The operations of the ledger that it uses. */
  ledger: readonly LedgerOperation[];
}

/** Stands for `<service>-<stage>` until the plan is compiled for a stage. */
export const theOwner = `\${owner}`;

/** What belongs to this account in this region, such as `volume/*` of `ec2`. */
export const arnHere = (service: string, resource: string): string =>
  `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`;

/** The same in every region: copies, and what expires of them, may be in regions that the plan has no more. */
export const arnAnywhere = (service: string, resource: string): string =>
  `arn:\${AWS::Partition}:${service}:*:\${AWS::AccountId}:${resource}`;

/** Snapshots' and images' ARNs name no account: Service Authorization Reference, Amazon EC2. */
export const snapshotArns = `arn:\${AWS::Partition}:ec2:\${AWS::Region}::snapshot/*`;
export const imageArns = `arn:\${AWS::Partition}:ec2:\${AWS::Region}::image/*`;
export const snapshotArnsAnywhere = `arn:\${AWS::Partition}:ec2:*::snapshot/*`;
export const imageArnsAnywhere = `arn:\${AWS::Partition}:ec2:*::image/*`;

/**
 * These stand for several ARNs each until the plan is compiled: of the buckets of its sites, of the objects
 * below their prefixes, and of where their releases are uploaded to.
 */
export const theSiteBuckets = `\${siteBuckets}`;
export const theSiteObjects = `\${siteObjects}`;
export const theReleaseBuckets = `\${releaseBuckets}`;
export const theReleaseObjects = `\${releaseObjects}`;
/** Those that its sites name or make; of a site whose distributions are found by their origin, all of the account. */
export const theDistributions = `\${distributions}`;

/** The same of its groups: those of Auto Scaling, target groups, classic balancers, and the queues of backlogs. */
export const theAutoScalingGroups = `\${autoScalingGroups}`;
export const theTargetGroups = `\${targetGroups}`;
export const theLoadBalancers = `\${loadBalancers}`;
export const theGroupQueues = `\${groupQueues}`;
/** The keys of the account, where a group has instances that are started: whose key a volume has, only AWS knows. */
export const theVolumeKeys = `\${volumeKeys}`;
/** The instances of its groups: the statement, which has no other resource, holds for those with the tags of a group. */
export const theGroupInstances = `\${groupInstances}`;
