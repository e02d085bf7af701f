/** The account as a raw client sees it: nothing here is shared with the functions but the tags' names. */
import { CreateVolumeCommand, DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { systemClock } from '../../shared/clock.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { openLedger } from '../../shared/ledger/open.ts';
import type { Sandbox } from '../sandbox/types.ts';

export interface SeenSnapshot {
  id: string;
  source: string;
  tier: string;
  /** The slot's time, `2026-11-21T02:35:00Z`. */
  slotTime: string;
  tags: Record<string, string>;
}

export class RawAccount {
  readonly ec2: EC2Client;
  readonly #sandbox: Sandbox;
  readonly #owner: string;

  constructor(sandbox: Sandbox, owner: string) {
    this.#sandbox = sandbox;
    this.#owner = owner;
    this.ec2 = new EC2Client({ ...access, endpoint: sandbox.url });
  }

  async createVolume(tags: Record<string, string>): Promise<string> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const { VolumeId = '' } = await this.ec2.send(
      new CreateVolumeCommand({
        AvailabilityZone: `${access.region}a`,
        Size: 8,
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: 'volume', Tags }] }),
      }),
    );
    return VolumeId;
  }

  /** All snapshots of the account, by slot. */
  async snapshots(): Promise<SeenSnapshot[]> {
    const { Snapshots = [] } = await this.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    return Snapshots.map(({ SnapshotId = '', VolumeId = '', Tags = [] }) => {
      const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      const [, , slotTime = ''] = (tags['groundskeeper:slot'] ?? '').split('/');
      return { id: SnapshotId, source: VolumeId, tier: tags['groundskeeper:tier'] ?? '', slotTime, tags };
    }).sort((a, b) => a.slotTime.localeCompare(b.slotTime));
  }

  async ledgerRows(): Promise<BackupRow[]> {
    const { region, credentials } = access;
    const ledger = openLedger({
      owner: this.#owner,
      ledger: 'simpledb',
      clock: systemClock,
      aws: { region, credentials },
      endpoint: this.#sandbox.url,
      onUnreadable: (key, why) => {
        throw new Error(`${key}: ${why}`);
      },
    });
    const rows: BackupRow[] = [];
    for await (const page of ledger.all()) rows.push(...page);
    return rows;
  }
}

export const access = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
