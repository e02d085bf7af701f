/** Reads again what the decisions stand on, just before they are carried out. */
import type { BackupGateway, StandingBackup } from '../../shared/backups/backup.ts';
import { gatewaysIn } from '../../shared/backups/gateways.ts';
import type { BackupRow } from '../../shared/ledger/ledger.ts';
import { findResources } from '../../shared/ledger/rows.ts';
import type { ExpireRun } from './clients.ts';
import { decideExpiry, type ExpiryDecision } from './decide.ts';
import { groupKey } from './due.ts';
import type { Observation } from './observe.ts';
import { lookUp, type Obstacles } from './obstacles.ts';

export interface Judged {
  row: BackupRow;
  decision: ExpiryDecision | { kind: 'keep'; reason: 'max-actions' };
  /** What is to be deleted. */
  backup: StandingBackup | undefined;
  /** Why it could not be looked up whether it may be deleted. */
  failure?: Obstacles['failure'];
}

/** In their order. */
export async function judge(
  rows: readonly BackupRow[],
  seen: Observation,
  run: ExpireRun,
): Promise<Judged[]> {
  const judged = new Map<string, Judged>();
  for (const region of new Set(rows.map((row) => row.region))) {
    for (const gateway of gatewaysIn(run.awsIn(region))) {
      const there = rows.filter((row) => row.region === region && gateway.kinds.includes(row.kind));
      for (const one of await judgeAt(gateway, there, seen, run)) judged.set(one.row.key, one);
    }
  }
  return rows.map(({ key }) => judged.get(key)).filter((one) => one !== undefined);
}

async function judgeAt(
  gateway: BackupGateway,
  rows: readonly BackupRow[],
  seen: Observation,
  run: ExpireRun,
): Promise<Judged[]> {
  if (rows.length === 0) return [];
  const unresolved = rows.filter(({ resource }) => resource === undefined);
  const found = await findResources(unresolved, gateway, run.owner);
  const resources = new Map([...rows, ...found].map(({ key, resource }) => [key, resource]));
  const floorsOf = (row: BackupRow) => seen.standings.get(groupKey(row))?.floors ?? [];
  const ids = [...resources.values(), ...rows.flatMap(floorsOf)].filter((id) => id !== undefined);
  const backups = await gateway.byId([...new Set(ids)]);
  return rows.map((unread) => {
    const resource = resources.get(unread.key);
    const row = resource === undefined ? unread : { ...unread, resource };
    const backup = resource === undefined ? undefined : backups.get(resource);
    const standing = seen.standings.get(groupKey(row));
    const floors = floorsOf(row).map((id) => backups.get(id));
    return { row, backup, decision: decideExpiry({ row, backup, standing, floors }, seen.account) };
  });
}

/** Asks AWS about those that would be deleted. */
export async function heedObstacles(judged: readonly Judged[], run: ExpireRun): Promise<Judged[]> {
  const checked: Judged[] = [];
  for (const region of new Set(judged.map(({ row }) => row.region))) {
    for (const gateway of gatewaysIn(run.awsIn(region))) {
      const there = judged.filter(({ row }) => row.region === region && gateway.kinds.includes(row.kind));
      const doomed = there.filter(({ decision }) => decision.kind === 'delete');
      const obstacles = await lookUp(
        gateway,
        doomed.map(({ backup }) => backup).filter((backup) => backup !== undefined),
      );
      checked.push(...there.map((one) => heed(one, obstacles)));
    }
  }
  return checked;
}

function heed(one: Judged, { byId, failure }: Obstacles): Judged {
  const obstacle = one.decision.kind === 'delete' ? byId.get(one.row.resource ?? '') : undefined;
  if (obstacle === undefined) return one;
  return { ...one, decision: { kind: 'keep', reason: obstacle }, ...(failure && { failure }) };
}
