/** The ledger's store, where it is a resource: SimpleDB's domain is created on first use instead. */
import { ledgerTable, ledgerTableProtection } from '../ledger/dynamodb-table.ts';
import type { Plan } from './plan.ts';
import type { Resources } from './template.ts';

export function ledgerResources({ ledger }: Pick<Plan, 'ledger'>, owner: string): Resources {
  if (ledger !== 'dynamodb') return {};
  return {
    LedgerTable: {
      Type: 'AWS::DynamoDB::Table',
      // The backups outlive the stack, so what says when they are due does too.
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        TableName: owner,
        ...ledgerTable,
        ...ledgerTableProtection,
      },
    },
  };
}
