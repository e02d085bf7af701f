/**
 * The table of the ledger in DynamoDB: one partition, the owner's, sorted by key. Its secondary
 * indexes are local ones, because only these can be read with strong consistency, as the ledger
 * promises of every read. What they cost: one partition takes 1,000 writes a second and, with local
 * indexes, 10 GB (DynamoDB Developer Guide, "Local secondary indexes"). A ledger of 50,000 rows has
 * 30 MB, and EC2 creates 5 snapshots a second.
 */

export const ledgerIndexes = {
  /** Every row, by `expires`. */
  due: 'due',
  /** Rows without a resource: only they have the attribute `unresolved`. */
  unresolved: 'unresolved',
} as const;

interface Key {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

interface LedgerTable {
  BillingMode: 'PAY_PER_REQUEST';
  AttributeDefinitions: { AttributeName: string; AttributeType: 'S' }[];
  KeySchema: Key[];
  LocalSecondaryIndexes: { IndexName: string; KeySchema: Key[]; Projection: { ProjectionType: 'ALL' } }[];
}

const sortedBy = (attribute: string): Key[] => [
  { AttributeName: 'owner', KeyType: 'HASH' },
  { AttributeName: attribute, KeyType: 'RANGE' },
];

/** As CloudFormation's `AWS::DynamoDB::Table` and the API's `CreateTable` both take it. */
export const ledgerTable: LedgerTable = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ['owner', 'key', 'expires', 'unresolved'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  KeySchema: sortedBy('key'),
  LocalSecondaryIndexes: [
    { IndexName: ledgerIndexes.due, KeySchema: sortedBy('expires'), Projection: { ProjectionType: 'ALL' } },
    {
      IndexName: ledgerIndexes.unresolved,
      KeySchema: sortedBy('unresolved'),
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

/** CloudFormation's alone: `CreateTable` does not take it. */
export const ledgerTableProtection = {
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
};
