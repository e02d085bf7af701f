/** What stands of the originals, here, and of their copies, there. */
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { type CopyGateway, mostUnderWay, type StandingCopy } from '../../shared/backups/copies.ts';
import type { Seen } from './decide.ts';
import { type CopyOrder, regionsToLookAt } from './wanted.ts';

/** The originals of one gateway's kinds. */
export interface Originals {
  gateway: CopyGateway;
  backups: StandingBackup[];
}

/** The backups that the job names, or all that say that a copy of them is awaited or has failed. */
export async function observeOriginals(
  gateways: readonly CopyGateway[],
  owner: string,
  resources: readonly string[] | undefined,
): Promise<Originals[]> {
  const originals: Originals[] = [];
  for (const gateway of gateways) {
    const backups = await (resources ? named(gateway, resources) : awaiting(gateway, owner));
    originals.push({ gateway, backups });
  }
  return originals;
}

async function named(gateway: CopyGateway, resources: readonly string[]): Promise<StandingBackup[]> {
  const ids = resources.filter((id) => gateway.mayHave(id));
  const found = ids.length > 0 ? await gateway.byId(ids) : new Map<string, StandingBackup>();
  // Several snapshots of one set may be named.
  return [...new Map([...found.values()].map((backup) => [backup.id, backup])).values()];
}

async function awaiting(gateway: CopyGateway, owner: string): Promise<StandingBackup[]> {
  const found = new Map<string, StandingBackup>();
  // What changes while it is paged through may come twice.
  for await (const page of gateway.awaiting(owner)) for (const backup of page) found.set(backup.id, backup);
  return [...found.values()];
}

/** The copies of these in each region that one of them is to be copied to, and the room that is there. */
export async function observeCopies({ gateway, backups }: Originals, order: CopyOrder): Promise<Seen> {
  const byRegion = new Map<string, StandingBackup[]>();
  for (const backup of backups) {
    for (const region of regionsToLookAt(backup, order)) {
      byRegion.set(region, [...(byRegion.get(region) ?? []), backup]);
    }
  }
  const copies = new Map<string, readonly StandingCopy[]>();
  const room = new Map<string, number>();
  for (const [region, wanted] of byRegion) {
    copies.set(region, await gateway.copiesIn(region, order.owner, wanted));
    room.set(region, mostUnderWay - (await gateway.underWay(region)));
  }
  return { originals: backups, copies, room };
}
