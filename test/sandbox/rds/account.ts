/** What the sandbox remembers of RDS beside moto, where snapshots are there at once and databases always available. */
import { type Account, later } from '../ec2/account.ts';
import type { SlowSnapshots } from '../types.ts';

export type DatabaseType = 'db' | 'cluster';

/** By region, type and identifier, which both kinds of snapshots may share. */
export interface SnapshotName {
  region: string;
  type: DatabaseType;
  id: string;
}

interface SnapshotRecord extends SnapshotName {
  /** `db:…`, `cluster:…` */
  source: string;
  startTime: Date;
  doneAt: Date;
  endStatus: 'available' | 'failed';
  copy: DatabaseSnapshotCopy | undefined;
}

/** What a copy has of its own. */
export interface DatabaseSnapshotCopy {
  /** The ARN and the region that it was copied from. */
  from: string;
  fromRegion: string;
  kmsKeyId: string | undefined;
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html: manual snapshots of each type, a region */
const usualQuota = 100;

export class RdsAccount {
  /** Manual snapshots of each type, a region. */
  snapshotQuota = usualQuota;
  /** By `db:…`, `cluster:…`. */
  readonly databaseStates = new Map<string, string>();
  readonly #snapshots = new Map<string, SnapshotRecord>();
  /** Clock, slowness and keys that fail are those of all services. */
  readonly #account: Account;

  #lastInTurn: Promise<unknown> = Promise.resolve();

  constructor(account: Account) {
    this.#account = account;
  }

  /** One after another: of two at once both might find room, and an available database. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastInTurn.then(work);
    this.#lastInTurn = result.catch(() => undefined);
    return result;
  }

  recordSnapshot(name: SnapshotName, source: string): void {
    const { slowSnapshots, failingVolumes } = this.#account;
    this.#record(name, source, slowSnapshots, failingVolumes.has(source));
  }

  recordCopy(name: SnapshotName, source: string, copy: DatabaseSnapshotCopy): void {
    const { slowCopies, slowSnapshots, failingKeys } = this.#account;
    const fails = copy.kmsKeyId !== undefined && failingKeys.has(copy.kmsKeyId);
    this.#record(name, source, slowCopies ?? slowSnapshots, fails, copy);
  }

  #record(
    name: SnapshotName,
    source: string,
    { pendingSeconds, endState }: SlowSnapshots,
    fails: boolean,
    copy?: DatabaseSnapshotCopy,
  ): void {
    const startTime = this.#account.now();
    const endStatus = fails || endState === 'error' ? 'failed' : 'available';
    const doneAt = later(startTime, pendingSeconds);
    this.#snapshots.set(keyOf(name), { ...name, source, startTime, doneAt, endStatus, copy });
  }

  forget(name: SnapshotName): void {
    this.#snapshots.delete(keyOf(name));
  }

  /** Undefined if it was not made through the sandbox: it is then as moto says. */
  snapshot(name: SnapshotName): (SnapshotRecord & { status: string }) | undefined {
    const record = this.#snapshots.get(keyOf(name));
    return record && { ...record, status: this.#statusOf(record) };
  }

  #statusOf({ doneAt, endStatus, copy }: SnapshotRecord): string {
    if (this.#account.now() >= doneAt) return endStatus;
    return copy ? 'copying' : 'creating';
  }

  copiesUnderWay(region: string): number {
    return this.#withStatus('copying').filter((record) => record.region === region).length;
  }

  /** A database is backed up by one snapshot at a time. */
  databaseStatus(region: string, source: string): string | undefined {
    const set = this.databaseStates.get(source);
    if (set !== undefined) return set;
    const busy = this.#withStatus('creating').some(
      (record) => record.region === region && record.source === source,
    );
    return busy ? 'backing-up' : undefined;
  }

  #withStatus(status: string): SnapshotRecord[] {
    return [...this.#snapshots.values()].filter((record) => this.#statusOf(record) === status);
  }
}

const keyOf = ({ region, type, id }: SnapshotName): string => `${region}/${type}/${id}`;
