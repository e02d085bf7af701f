/** Bugs that are planted into the functions: the harness must find each, or it proves nothing. */
import { DeleteSnapshotCommand, DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Tools } from '../../shared/tools.ts';
import { finderOfFile } from './finder.ts';
import type { AllClients } from './invocation.ts';
import { elsewhere } from './look.ts';
import { meddling } from './meddling.ts';

const found = finderOfFile();

test('finds that a snapshot is made without looking for one of an earlier try', async () => {
  const spoil = meddling((command, send) =>
    command instanceof DescribeSnapshotsCommand ? { Snapshots: [] } : send(),
  );
  expect(await found('take-snapshots/daily', 'crash-after ec2 CreateSnapshot', spoil)).toContain(
    '2 backups of slot data/daily',
  );
  expect(await found('take-snapshots/daily', 'reset-after ec2 CreateSnapshot', spoil)).toContain(
    '2 backups of slot data/daily',
  );
});

test('finds that a slot is taken without its lock', async () => {
  const spoil = ({ ledger }: Tools<AllClients>): Partial<Tools<AllClients>> => ({
    ledger: { ...ledger, acquire: async () => ({ state: 'acquired' }) },
  });
  expect(await found('take-snapshots/daily', 'doubled ', spoil)).toContain('2 backups of slot data/daily');
});

test('finds that a row is removed before its snapshot', async () => {
  const spoil = (tools: Tools<AllClients>) => {
    const { ledger, clock } = tools;
    const early = meddling(async (command, send) => {
      if (!(command instanceof DeleteSnapshotCommand)) return send();
      const id = command.input.SnapshotId;
      for await (const rows of ledger.due(clock.now())) {
        const spent = rows.filter((row) => row.kind === 'snapshot' && row.resource === id);
        await ledger.remove(spent.map(({ key }) => key));
      }
      return send();
    });
    return early(tools);
  };
  expect(await found('expire-backups/hourly', 'crash-before ec2 DeleteSnapshot', spoil)).toContain(
    'and the ledger does not know it',
  );
});

test('finds that a refused deletion is called done', async () => {
  const spoil = meddling((command, send) =>
    command instanceof DeleteSnapshotCommand ? send().catch(() => ({})) : send(),
  );
  expect(await found('expire-backups/hourly', 'code ec2 DeleteSnapshot', spoil)).toContain(
    'and the account does not show it',
  );
});

test('finds that a dry run writes', async () => {
  const spoil = ({ ledger }: Tools<AllClients>): Partial<Tools<AllClients>> => ({
    ledger: {
      ...ledger,
      peek: (slot, now) => ledger.acquire({ slot, holder: 'me', now, leaseSeconds: 45, expires: now }),
    },
  });
  expect(await found('take-snapshots/daily', 'dry-run', spoil)).toContain(
    'the dry run called simpledb PutAttributes',
  );
});

test('finds that the newest backup of a living volume is deleted', async () => {
  // Every volume looks as if it were gone.
  const spoil = meddling((command, send) =>
    command instanceof DescribeVolumesCommand ? { Volumes: [] } : send(),
  );
  const said = await found('expire-backups/hourly', 'none', spoil, { keepOfGoneSources: 0 });
  expect(said).toContain('the last completed backup of vol-');
});

test('finds that a backup is copied twice, for want of the lock or of a look', async () => {
  const unlocked = ({ ledger }: Tools<AllClients>): Partial<Tools<AllClients>> => ({
    ledger: { ...ledger, acquire: async () => ({ state: 'acquired' }), renew: async () => true },
  });
  const blind = meddling((command, send, region) =>
    region === elsewhere && command instanceof DescribeSnapshotsCommand ? { Snapshots: [] } : send(),
  );
  const twice = `has the copies ${elsewhere}, ${elsewhere}`;
  expect(await found('copy-backups/queue', 'doubled ', unlocked)).toContain(twice);
  expect(await found('copy-backups/queue', 'crash-after ec2 CopySnapshot', blind)).toContain(twice);
});
