/** A backup for a person: what it is of, and how many stand where in a steady state. */
import {
  type Backup,
  type CopyTarget,
  durationText,
  type Subject,
  standingCount,
  type Tier,
} from './plan.ts';
import { subjectWords } from './subject-words.ts';
import { indented, table } from './text-table.ts';

export function backupText(backup: Backup, home: string): string[] {
  const { name, subject, tiers, copies } = backup;
  const places = [
    placeRows(home, tiers),
    ...copies.map((copy) => placeRows(copy.region, tiersOf(copy, tiers))),
  ];
  return [
    `Backup ${name}: ${subjectText(subject)}`,
    table(
      ['region', 'tier', 'kept', `stand in a steady state, of ${subjectWords[subject.kind].ofOne}`],
      places.flat(),
    ),
    ...(subject.kind === 'databases' ? [indented([databaseQuota])] : []),
  ];
}

/** Amazon RDS user guide, "Quotas and constraints for Amazon RDS". */
const databaseQuota =
  'AWS keeps 100 such snapshots of databases in a region, and 100 of clusters, unless its quotas are raised.';

type CountedTier = Pick<Tier, 'name' | 'cadence' | 'keep'>;

/** The tiers that are copied there, with the retention of the copies. */
const tiersOf = ({ keep: kept }: CopyTarget, tiers: readonly Tier[]): CountedTier[] =>
  tiers.flatMap(({ name, cadence }) => {
    const keep = kept.get(name);
    return keep ? [{ name, cadence, keep }] : [];
  });

function placeRows(region: string, tiers: readonly CountedTier[]): string[][] {
  const counts = tiers.map(standingCount);
  const rows = tiers.map(({ name, keep }, index) => [
    region,
    name,
    durationText(keep),
    countText(counts[index]),
  ]);
  const total = {
    least: counts.reduce((sum, { least }) => sum + least, 0),
    most: counts.reduce((sum, { most }) => sum + most, 0),
  };
  return [...rows, [region, 'all', '', countText(total)]];
}

const countText = (count: { least: number; most: number } | undefined): string => {
  if (!count) return '';
  return count.least === count.most ? `${count.most}` : `${count.least} to ${count.most}`;
};

function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case 'volumes':
      return chosenText('volumes', subject.chosen);
    case 'instances':
      return `sets of ${chosenText('instances', subject.chosen)}${notes(setNotes(subject.chosen))}`;
    case 'databases':
      return databasesText(subject.chosen);
    case 'images':
      return `images of ${chosenText('instances', subject.chosen)}${notes(imageNotes(subject.chosen))}`;
  }
}

interface Chosen {
  ids?: string[] | undefined;
  tags?: Record<string, string[]> | undefined;
}

const chosenText = (what: string, { ids, tags }: Chosen): string =>
  ids ? `the ${what} ${ids.join(', ')}` : `${what} with ${tagsText(tags ?? {})}`;

const tagsText = (tags: Record<string, string[]>): string =>
  Object.entries(tags)
    .map(([key, values]) => `${key} = ${values.join(' or ')}`)
    .join(' and ');

type Of<Kind extends Subject['kind']> = Extract<Subject, { kind: Kind }>['chosen'];

function databasesText({ instances = [], clusters = [], tags }: Of<'databases'>): string {
  if (tags) return `databases and clusters with ${tagsText(tags)}`;
  return [
    ...(instances.length > 0 ? [`the databases ${instances.join(', ')}`] : []),
    ...(clusters.length > 0 ? [`the clusters ${clusters.join(', ')}`] : []),
  ].join(' and ');
}

function setNotes(set: Of<'instances'>): (string | false)[] {
  const { bootVolume, excludeVolumes = [], freeze = [], freezeSeconds, before, after, unfrozen } = set;
  const inDoubt = unfrozen === 'take' ? 'a set without it is taken all the same' : 'no set without it';
  return [
    !bootVolume && 'without the boot volume',
    excludeVolumes.length > 0 && `without ${excludeVolumes.join(', ')}`,
    freeze.length > 0 && `${freeze.join(', ')} frozen for ${freezeSeconds} seconds at most`,
    before !== undefined && 'commands before',
    after !== undefined && 'commands after',
    (freeze.length > 0 || (before ?? after) !== undefined) && inDoubt,
  ];
}

const imageNotes = ({ reboot, dataVolumes }: Of<'images'>): (string | false)[] => [
  reboot ? 'with a reboot' : 'without a reboot',
  !dataVolumes && 'the boot volume alone',
];

function notes(all: readonly (string | false)[]): string {
  const said = all.filter((note) => note !== false);
  return said.length > 0 ? ` (${said.join('; ')})` : '';
}
