/** What stands at the end, what the ledger says of it, and why. */
import type { BackupRow } from '../../../shared/ledger/ledger.ts';
import { tagKeys } from '../../../shared/tags.ts';
import type { Calendar } from './calendar.ts';
import { type Company, inError, untagged } from './company.ts';
import { columns, counted, heading, print, quiet, table } from './page.ts';

export interface Standing {
  company: Company;
  calendar: Calendar;
  now: Date;
  /** Tier to retention, as deployed. */
  tiers: ReadonlyMap<string, string>;
  owner: string;
  rows: readonly BackupRow[];
}

interface Seen {
  id: string;
  source: string;
  tags: Record<string, string>;
}

export async function printStanding(standing: Standing): Promise<void> {
  const { company, calendar, now, tiers, owner, rows } = standing;
  const all = (await company.snapshots()).map(
    ({ SnapshotId: id = '', VolumeId: source = '', Tags = [] }): Seen => ({
      id,
      source,
      tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
    }),
  );
  const ours = all.filter(({ tags }) => tags[tagKeys.owner] === owner);
  print(heading(`What stands on ${calendar.day(now)}, ${calendar.time(now)} (${calendar.timezone})`));
  const head = ['volume', ...tiers.keys(), 'ledger', 'next to expire'];
  const lines = company.volumeNames.map((name) => volumeRow(name, ours, standing));
  const numbers = head.map((_, column) => column).slice(1, -1);
  for (const line of table(head, lines, numbers)) print(line);
  print();
  const agrees = isSame(ours, rows) ? 'the ledger and the tags agree' : 'THE LEDGER AND THE TAGS DIFFER';
  print(`  ${counted(ours.length, 'snapshot')} of ours, ${counted(rows.length, 'ledger row')}: ${agrees}.`);
  print();
  print(heading('Why they stand, and others do not'));
  for (const line of columns(reasons(standing, all))) print(line);
}

function volumeRow(
  name: string,
  ours: readonly Seen[],
  { company, tiers, rows, ...when }: Standing,
): string[] {
  const id = company.idOf(name);
  const counts = [...tiers.keys()].map(
    (tier) => ours.filter(({ source, tags }) => source === id && tags[tagKeys.tier] === tier).length,
  );
  const ofVolume = rows.filter(({ source }) => source === id);
  const next = earliest(ofVolume);
  const lastCell = next
    ? `${next.tier}, ${when.calendar.until(new Date(next.expires), when.now)}`
    : quiet('no backup: see below');
  return [
    name,
    ...[...counts, ofVolume.length].map((count) => (count === 0 ? '-' : String(count))),
    lastCell,
  ];
}

const earliest = (rows: readonly BackupRow[]): BackupRow | undefined =>
  [...rows].sort((a, b) => a.expires.localeCompare(b.expires))[0];

/** Row by row what the tags say: the same snapshots, with the same expiry. */
function isSame(ours: readonly Seen[], rows: readonly BackupRow[]): boolean {
  const mark = (id: string | undefined, expires: string | undefined) => `${id} ${expires}`;
  const tagged = new Set(ours.map(({ id, tags }) => mark(id, tags[tagKeys.expires])));
  return (
    tagged.size === rows.length && rows.every(({ resource, expires }) => tagged.has(mark(resource, expires)))
  );
}

function reasons({ company, calendar, now, tiers, rows }: Standing, all: readonly Seen[]): string[][] {
  const ofTiers = [...tiers].flatMap(([tier, keep]) => {
    const oldest = earliest(rows.filter((row) => row.tier === tier));
    if (!oldest) return [];
    const [, , slotTime = ''] = oldest.slot.split('/');
    const until = calendar.until(new Date(oldest.expires), now);
    return [
      [
        `the oldest ${tier}, of ${calendar.moment(new Date(slotTime))}`,
        `stands until ${until}: kept ${keep}`,
      ],
    ];
  });
  const byHand = all.find(({ id }) => id === company.handMade);
  return [
    ...ofTiers,
    [
      'made by hand, of orders-db',
      byHand ? 'stands: without our owner tag nothing is ever deleted' : 'IS GONE',
    ],
    [inError, 'has none: AWS takes no snapshot of a volume in error'],
    [untagged, 'has none: it lacks the tag Backup=data that the plan selects'],
  ];
}
