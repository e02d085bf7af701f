/** Copies of snapshots, asked for in the region that they go to. */
import { Refusal } from '../ec2/operation.ts';
import { changedSnapshot } from './describe.ts';
import { type Operation, ofClusters, ofInstances, type RdsCall, type SnapshotWords } from './operation.ts';
import { refuseByQuota, snapshotIn } from './snapshots.ts';

/** USER_CopySnapshot.html of the RDS user guide, limitations: so many to one destination region at a time. */
const mostUnderWay = 20;

interface Asked {
  id: string;
  from: string;
  kmsKeyId: string | undefined;
}

/** API_CopyDBSnapshot.html and API_CopyDBClusterSnapshot.html of the RDS API reference */
const copySnapshot =
  (words: SnapshotWords): Operation =>
  async (call) => {
    const { account, parameters, region } = call;
    const asked = askedFor(parameters, words);
    const original = await originalOf(asked.from, words, call);
    const name = { region, type: words.type, id: asked.id };
    if ((await snapshotIn(call, words, asked.id)) === undefined) await refuse(asked, original, words, call);
    const passed = new URLSearchParams(parameters);
    // A key that cannot be used lets the copy fail after the call; moto knows no key of which it was not told.
    passed.delete('KmsKeyId');
    const answer = await call.forward(passed);
    if (answer.status !== 200) return answer;
    const source = `${words.type}:${original.database}`;
    const copy = { from: asked.from, fromRegion: original.region, kmsKeyId: asked.kmsKeyId };
    if (original.region === region) account.recordSnapshot(name, source);
    else account.recordCopy(name, source, copy);
    return changedSnapshot(answer, words, call);
  };

const askedFor = (parameters: URLSearchParams, { snapshot }: SnapshotWords): Asked => ({
  id: (parameters.get(`Target${snapshot}Identifier`) ?? '').toLowerCase(),
  from: parameters.get(`Source${snapshot}Identifier`) ?? '',
  kmsKeyId: parameters.get('KmsKeyId') || undefined,
});

async function refuse(
  { kmsKeyId }: Asked,
  original: { region: string; isEncrypted: boolean },
  words: SnapshotWords,
  call: RdsCall,
): Promise<void> {
  if (original.region !== call.region) {
    refuseByCopies(call);
    if (original.isEncrypted && kmsKeyId === undefined) refuseWithoutKey();
  }
  await refuseByQuota(call, words);
}

/** An identifier of this region, or an ARN of another one; only what is available is copied. */
async function originalOf(from: string, words: SnapshotWords, call: RdsCall) {
  const [, region = call.region, id = from] =
    new RegExp(`^arn:aws:rds:([^:]+):\\d+:${words.arn}:(.+)$`).exec(from) ?? [];
  const found = await snapshotIn(call, words, id, region);
  if (found === undefined) throw new Refusal(words.codes.notFound, `${words.snapshot} not found: ${from}`);
  if (found.status !== 'available') {
    throw new Refusal(
      words.codes.invalidState,
      `Cannot copy a snapshot that is not in the available state: ${from} is ${found.status}`,
    );
  }
  return { ...found, region };
}

function refuseByCopies({ account, region }: RdsCall): void {
  if (account.copiesUnderWay(region) < mostUnderWay) return;
  throw new Refusal(
    'SnapshotQuotaExceeded',
    `You cannot copy more than ${mostUnderWay} snapshots across regions at a time`,
  );
}

/** API_CopyDBSnapshot.html, KmsKeyId: one of the destination region must be named. */
function refuseWithoutKey(): void {
  throw new Refusal(
    'InvalidParameterCombination',
    'The snapshot is encrypted: a KMS key of the destination region must be specified to copy it across regions',
  );
}

export const copyOperations: Readonly<Record<string, Operation>> = {
  CopyDBSnapshot: copySnapshot(ofInstances),
  CopyDBClusterSnapshot: copySnapshot(ofClusters),
};
