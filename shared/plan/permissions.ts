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
  /** `{ StringEquals: { 'aws:ResourceTag/groundskeeper:owner': theOwner } }` */
  conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
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

/** Snapshots' ARNs name no account: Service Authorization Reference, Amazon EC2. */
export const snapshotArns = `arn:\${AWS::Partition}:ec2:\${AWS::Region}::snapshot/*`;
