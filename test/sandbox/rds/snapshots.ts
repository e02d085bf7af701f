/** Manual snapshots: the account's clock, slow states, quotas, refusals. */

import { Refusal } from '../ec2/operation.ts';
import { items, parseAnswer, text } from '../ec2/xml.ts';
import type { Answer } from '../message.ts';
import { changedSnapshot, describeDatabases, describeSnapshots, resultOf } from './describe.ts';
import {
  type Operation,
  ofClusters,
  ofInstances,
  question,
  type RdsCall,
  type SnapshotWords,
} from './operation.ts';

/** API_CreateDBSnapshot.html: "must be in the available or storage-optimization state" */
const takeable = new Set([undefined, 'available', 'storage-optimization']);

/** API_CreateDBSnapshot.html and API_CreateDBClusterSnapshot.html of the RDS API reference */
const createSnapshot =
  (words: SnapshotWords): Operation =>
  async (call) => {
    const { account, parameters, region } = call;
    const id = (parameters.get(`${words.snapshot}Identifier`) ?? '').toLowerCase();
    const database = (parameters.get(`${words.database}Identifier`) ?? '').toLowerCase();
    const source = `${words.type}:${database}`;
    refuseIdentifier(id, words);
    const standing = await snapshotIn(call, words, id);
    // What is there already is said first: a repeated call finds its own snapshot, not the state that it caused.
    if (standing === undefined) {
      const status = account.databaseStatus(region, source);
      if (!takeable.has(status)) refuseState(words, database, status ?? '');
      await refuseByQuota(call, words);
    }
    const answer = await call.forward();
    if (answer.status !== 200) return answer;
    account.recordSnapshot({ region, type: words.type, id }, source);
    return changedSnapshot(answer, words, call);
  };

function refuseState(words: SnapshotWords, database: string, status: string): never {
  const what = words.type === 'db' ? 'instance' : 'cluster';
  throw new Refusal(
    words.codes.databaseState,
    `Cannot create a snapshot because the database ${what} ${database} is not currently in the available state. (It is ${status}.)`,
  );
}

/** 1 to 255 characters for instances' snapshots, 63 for clusters'. */
function refuseIdentifier(id: string, { type, snapshot }: SnapshotWords): void {
  const longest = type === 'db' ? 255 : 63;
  if (id.length <= longest && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) return;
  throw new Refusal(
    'InvalidParameterValue',
    `The parameter ${snapshot}Identifier is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
  );
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: automated ones do not count. */
export async function refuseByQuota(call: RdsCall, words: SnapshotWords): Promise<void> {
  const { account, region } = call;
  const manual = question(`Describe${words.snapshot}s`, { SnapshotType: 'manual', MaxRecords: '1000000' });
  const answer = await call.forward(manual, region);
  const count = items(
    resultOf(parseAnswer(answer), `Describe${words.snapshot}s`),
    `${words.snapshot}s`,
  ).length;
  if (count < account.snapshotQuota) return;
  throw new Refusal(
    'SnapshotQuotaExceeded',
    `Cannot create more than ${account.snapshotQuota} manual snapshots`,
  );
}

/** The snapshot as moto has it, and its status as the account says. */
export async function snapshotIn(
  call: RdsCall,
  words: SnapshotWords,
  id: string,
  region = call.region,
): Promise<{ status: string; isEncrypted: boolean; database: string; type: string } | undefined> {
  const action = `Describe${words.snapshot}s`;
  const wanted = question(action, { 'Filters.Filter.1.Name': filterOf(words) });
  wanted.set('Filters.Filter.1.Values.Value.1', id);
  const answer = await call.forward(wanted, region);
  const [item] =
    answer.status === 200 ? items(resultOf(parseAnswer(answer), action), `${words.snapshot}s`) : [];
  if (item === undefined) return undefined;
  const record = call.account.snapshot({ region, type: words.type, id });
  return {
    status: record?.status ?? text(item, 'Status'),
    isEncrypted: text(item, words.encrypted) === 'true' || record?.copy?.kmsKeyId !== undefined,
    database: text(item, `${words.database}Identifier`),
    type: text(item, 'SnapshotType'),
  };
}

const filterOf = ({ type }: SnapshotWords) => (type === 'db' ? 'db-snapshot-id' : 'db-cluster-snapshot-id');

/**
 * API_DeleteDBSnapshot.html ("The DB snapshot must be in the available state to be deleted") and
 * API_DeleteDBClusterSnapshot.html of the RDS API reference; the console deletes failed ones, too. Automated
 * ones go with their retention period: USER_DeleteSnapshot.html of the user guide.
 */
const deleteSnapshot =
  (words: SnapshotWords): Operation =>
  async (call): Promise<Answer> => {
    const id = (call.parameters.get(`${words.snapshot}Identifier`) ?? '').toLowerCase();
    const standing = await snapshotIn(call, words, id);
    if (standing?.type === 'automated') {
      throw new Refusal(words.codes.invalidState, `Automated snapshots cannot be deleted: ${id}`);
    }
    if (standing && standing.status !== 'available' && standing.status !== 'failed') {
      throw new Refusal(
        words.codes.invalidState,
        `Cannot delete the snapshot because it is not currently in the available or failed state: ${id} is ${standing.status}`,
      );
    }
    const answer = await call.forward();
    if (answer.status === 200) call.account.forget({ region: call.region, type: words.type, id });
    return answer;
  };

export const snapshotOperations: Readonly<Record<string, Operation>> = {
  CreateDBSnapshot: createSnapshot(ofInstances),
  CreateDBClusterSnapshot: createSnapshot(ofClusters),
  DeleteDBSnapshot: deleteSnapshot(ofInstances),
  DeleteDBClusterSnapshot: deleteSnapshot(ofClusters),
  DescribeDBSnapshots: describeSnapshots(ofInstances),
  DescribeDBClusterSnapshots: describeSnapshots(ofClusters),
  DescribeDBInstances: describeDatabases(ofInstances),
  DescribeDBClusters: describeDatabases(ofClusters),
};
