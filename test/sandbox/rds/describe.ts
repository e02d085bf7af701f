/** The Describe operations: moto's full answer, brought to what the account says, in pages. */
import type { Element } from '@xmldom/xmldom';
import { append, child, items, parseAnswer, remove, setText, text, withBody } from '../ec2/xml.ts';
import type { Answer } from '../message.ts';
import type { Operation, RdsCall, SnapshotWords } from './operation.ts';
import { cutPage, pageRequest } from './paging.ts';

interface Listing {
  /** The element that holds the items. */
  set: string;
  /** An item's child that holds its identifier. */
  id: string;
  /** Brings an item to what the account says of it. */
  change(item: Element, call: RdsCall): void;
}

/** API_DescribeDBSnapshots.html and API_DescribeDBClusterSnapshots.html of the RDS API reference */
export const describeSnapshots = (words: SnapshotWords): Operation =>
  listing({
    set: `${words.snapshot}s`,
    id: `${words.snapshot}Identifier`,
    change: (item, call) => showSnapshot(item, words, call),
  });

/** API_DescribeDBInstances.html and API_DescribeDBClusters.html of the RDS API reference */
export const describeDatabases = ({ type, database }: SnapshotWords): Operation =>
  listing({
    set: `${database}s`,
    id: `${database}Identifier`,
    change: (item, { account, region }) => {
      const status = account.databaseStatus(region, `${type}:${text(item, `${database}Identifier`)}`);
      if (status !== undefined)
        setText(item, database === 'DBCluster' ? 'Status' : 'DBInstanceStatus', status);
    },
  });

/** Status, times and origin of a snapshot in moto's words become those of the account. */
export function showSnapshot(item: Element, words: SnapshotWords, { account, region }: RdsCall): void {
  const id = text(item, `${words.snapshot}Identifier`);
  const record = account.snapshot({ region, type: words.type, id });
  if (record === undefined) return;
  setText(item, 'Status', record.status);
  const created = child(item, 'SnapshotCreateTime');
  // The sample answer of API_CreateDBSnapshot.html has no time yet.
  if (record.status === 'creating' && created) remove(created);
  else setText(item, 'SnapshotCreateTime', record.startTime.toISOString());
  if (record.copy) {
    setText(item, words.copiedFrom, record.copy.from);
    if (words.type === 'db') setText(item, 'SourceRegion', record.copy.fromRegion);
    if (record.copy.kmsKeyId !== undefined) {
      setText(item, words.encrypted, 'true');
      setText(item, 'KmsKeyId', record.copy.kmsKeyId);
    }
  }
}

const listing =
  ({ set, id, change }: Listing): Operation =>
  async (call) => {
    const page = pageRequest(call.parameters);
    const asked = new URLSearchParams(call.parameters);
    asked.delete('Marker');
    asked.set('MaxRecords', '1000000');
    const answer = await call.forward(asked);
    if (answer.status !== 200) return answer;
    const root = parseAnswer(answer);
    const result = resultOf(root, call.action);
    const all = items(result, set);
    for (const item of all) change(item, call);
    const { page: kept, marker } = cutPage(all, (item) => text(item, id), page);
    const old = child(result, set);
    if (old !== undefined) remove(old);
    const fresh = append(result, set);
    for (const item of kept) fresh.appendChild(item);
    if (marker !== undefined) setText(result, 'Marker', marker);
    return withBody(answer, root);
  };

/** `<XResponse><XResult>…` */
export function resultOf(root: Element, action: string): Element {
  const result = child(root, `${action}Result`);
  if (result === undefined) throw new Error(`moto's answer to ${action} has no result`);
  return result;
}

/** One snapshot in the answer of the call that made it. */
export function changedSnapshot(answer: Answer, words: SnapshotWords, call: RdsCall): Answer {
  const root = parseAnswer(answer);
  const item = child(resultOf(root, call.action), words.snapshot);
  if (item !== undefined) showSnapshot(item, words, call);
  return withBody(answer, root);
}
