/** What stands at the end, what the ledger says of it, and why. */
import type { BackupRow } from '../../../shared/ledger/ledger.ts';
import { tagKeys } from '../../../shared/tags.ts';
import type { Calendar } from './calendar.ts';
import { type Company, inError, untagged } from './company.ts';
import { columns, counted, heading, print, quiet, table } from './page.ts';
import { kindTexts, type Seen, seenIn } from './seen.ts';

export interface Standing {
  company: Company;
  calendar: Calendar;
  now: Date;
  /** `<backup> <tier>` to retention, as deployed. */
  tiers: ReadonlyMap<string, string>;
  owner: string;
  rows: readonly BackupRow[];
}

/** The backup whose tiers have a column each. */
const volumesBackup = 'data';

export async function printStanding(standing: Standing): Promise<void> {
  const { company, calendar, now, owner, rows } = standing;
  const all = await seenIn(company);
  const ours = all.filter(({ tags }) => tags[tagKeys.owner] === owner);
  print(heading(`What stands on ${calendar.day(now)}, ${calendar.time(now)} (${calendar.timezone})`));
  printVolumes(ours, standing);
  print();
  printOthers(ours, standing);
  print();
  const agrees = isSame(ours, rows) ? 'the ledger and the tags agree' : 'THE LEDGER AND THE TAGS DIFFER';
  print(`  ${counted(ours.length, 'backup')} of ours, ${counted(rows.length, 'ledger row')}: ${agrees}.`);
  print();
  print(heading('Why they stand, and others do not'));
  for (const line of columns(reasons(standing, all))) print(line);
}

const tiersOf = ({ tiers }: Standing): string[] =>
  [...tiers.keys()]
    .map((label) => label.split(' '))
    .flatMap(([backup, tier = '']) => (backup === volumesBackup ? [tier] : []));

function printVolumes(ours: readonly Seen[], standing: Standing): void {
  const head = ['volume', ...tiersOf(standing), 'ledger', 'next to expire'];
  const ofVolumes = ours.filter(({ kind }) => kind === 'snapshot');
  const lines = standing.company.volumeNames.map((name) => volumeRow(name, ofVolumes, standing));
  const numbers = head.map((_, column) => column).slice(1, -1);
  for (const line of table(head, lines, numbers)) print(line);
}

function volumeRow(name: string, ours: readonly Seen[], standing: Standing): string[] {
  const id = standing.company.idOf(name);
  const counts = tiersOf(standing).map(
    (tier) => ours.filter(({ source, tags }) => source === id && tags[tagKeys.tier] === tier).length,
  );
  const home = standing.rows.filter(
    ({ source, kind, key }) => source === id && kind === 'snapshot' && !isCopy(key),
  );
  return [
    name,
    ...[...counts, home.length].map((count) => (count === 0 ? '-' : String(count))),
    nextText(earliest(home), standing),
  ];
}

/** A copy's row says its region in its key. */
const isCopy = (key: string): boolean => key.includes('@');

function nextText(next: BackupRow | undefined, { calendar, now }: Standing): string {
  if (!next) return quiet('no backup: see below');
  return `${next.tier}, ${calendar.until(new Date(next.expires), now)}`;
}

function printOthers(ours: readonly Seen[], standing: Standing): void {
  const lines = (Object.keys(kindTexts) as (keyof typeof kindTexts)[]).map((kind) => {
    const rows = standing.rows.filter((row) =>
      kind === 'copy' ? isCopy(row.key) : row.kind === kind && !isCopy(row.key),
    );
    const count = ours.filter((backup) => backup.kind === kind).length;
    return [kindTexts[kind], String(count), String(rows.length), nextText(earliest(rows), standing)];
  });
  for (const line of table(['and', 'stand', 'ledger', 'next to expire'], lines, [1, 2])) print(line);
}

const earliest = (rows: readonly BackupRow[]): BackupRow | undefined =>
  [...rows].sort((a, b) => a.expires.localeCompare(b.expires))[0];

/** Row by row what the tags say: the same backups, with the same expiry. */
function isSame(ours: readonly Seen[], rows: readonly BackupRow[]): boolean {
  const mark = (id: string | undefined, expires: string | undefined) => `${id} ${expires}`;
  const tagged = new Set(ours.map(({ id, tags }) => mark(id, tags[tagKeys.expires])));
  return (
    tagged.size === rows.length && rows.every(({ resource, expires }) => tagged.has(mark(resource, expires)))
  );
}

function reasons({ company, calendar, now, tiers, rows }: Standing, all: readonly Seen[]): string[][] {
  const ofTiers = [...tiers].flatMap(([label, keep]) => {
    const oldest = earliest(
      rows.filter(({ key, slot }) => !isCopy(key) && slot.startsWith(`${label.replace(' ', '/')}/`)),
    );
    if (!oldest) return [];
    const [, , slotTime = ''] = oldest.slot.split('/');
    const until = calendar.until(new Date(oldest.expires), now);
    return [
      [
        `the oldest ${label}, of ${calendar.moment(new Date(slotTime))}`,
        `stands until ${until}: kept ${keep}`,
      ],
    ];
  });
  const byHand = all.find(({ id }) => id === company.handMade);
  const failed = all.filter(({ failed }) => failed).length;
  return [
    ...ofTiers,
    [
      `${counted(failed, 'snapshot')} that failed`,
      'stand as they are until their time: no backup counts on them',
    ],
    [
      'made by hand, of warehouse',
      byHand ? 'stands: without our owner tag nothing is ever deleted' : 'IS GONE',
    ],
    [inError, 'has none: AWS takes no snapshot of a volume in error'],
    [untagged, 'has none: it lacks the tag Backup=data that the plan selects'],
  ];
}
