/**
 * How a function says what it may do: data in `functions/<name>/permissions.ts`, compiled into a role
 * of its own. `${owner}` stands for service and stage, `${AWS::…}` for CloudFormation's own parameters.
 */
import type { LedgerOperation } from '../ledger/permissions.ts';

export interface Statement {
  /** `ec2:CreateSnapshot` */
  actions: readonly string[];
  /** ARNs, or `*` alone for what AWS lets nobody narrow down. */
  resources: readonly string[];
  /** `{ StringEquals: { 'aws:ResourceTag/groundskeeper:owner': '${owner}' } }` */
  conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface Permissions {
  statements: readonly Statement[];
  /** The operations of the ledger that it uses. */
  ledger: readonly LedgerOperation[];
}
