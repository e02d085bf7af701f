/**
 * A plan as far as it can be understood. The rules look at this, so that a mistake in one place does
 * not hide those in others: what is not there was already found wrong.
 */
import { type Duration, parseDuration } from '../duration.ts';
import { nameField } from '../job.ts';
import { minuteOfDay } from './cadence.ts';
import { type DraftGroup, groupDraftsOf } from './draft-groups.ts';
import { type DraftSite, siteDraftsOf } from './draft-sites.ts';
import type { Mistake, Path } from './mistakes.ts';
import { type Cadence, type SubjectKind, subjectKinds, type Weekday } from './plan.ts';
import { defined, isRecord, listOf, recordOf } from './raw-values.ts';
import { copySchema } from './schema/copy.ts';
import { tierSchema } from './schema/tier.ts';
import { parts, planSchema, type TierFile } from './schema.ts';

export interface DraftTier {
  path: Path;
  name?: string;
  cadence?: Cadence;
  keep?: Duration;
  alarmAfter?: Duration;
}

export interface DraftSubject {
  path: Path;
  kind: SubjectKind;
  /** Its keys, if it has any. */
  chosen?: Record<string, unknown>;
}

export interface DraftCopy {
  path: Path;
  region?: string;
  kmsKey?: string;
  keep: { tier: string; duration?: Duration }[];
}

export interface DraftBackup {
  path: Path;
  name?: string;
  /** As many as are there: what is wrong with their number is for the rules to say. */
  subjects: DraftSubject[];
  tiers: DraftTier[];
  copies: DraftCopy[];
}

export interface Draft {
  timezone?: string;
  ledger?: 'simpledb' | 'dynamodb';
  notify?: string;
  backups: DraftBackup[];
  sites: DraftSite[];
  groups: DraftGroup[];
  /** Whether it is a plan, with none of them. */
  ofNothing: boolean;
  /** What is wrong between the keys of single tiers. */
  mistakes: Mistake[];
}

/** Understands as much of a plan as it can. */
export function draftOf(raw: unknown): Draft {
  const file = recordOf(raw);
  const { timezone, ledger, notify } = planSchema.shape;
  const mistakes: Mistake[] = [];
  const backups = listOf(file['backups']).flatMap((value, index) =>
    isRecord(value) ? [backupDraft(value, ['backups', index], mistakes)] : [],
  );
  return {
    ...defined('timezone', timezone.safeParse(file['timezone']).data),
    ...defined('ledger', ledger.safeParse(file['ledger']).data),
    ...defined('notify', notify.safeParse(file['notify']).data),
    backups,
    sites: siteDraftsOf(file['sites']),
    groups: groupDraftsOf(file['groups']),
    ofNothing: isRecord(raw) && !parts.some((part) => part in raw),
    mistakes,
  };
}

function backupDraft(value: Record<string, unknown>, path: Path, mistakes: Mistake[]): DraftBackup {
  return {
    path,
    ...defined('name', nameField.safeParse(value['name']).data),
    subjects: subjectKinds.filter((kind) => kind in value).map((kind) => subjectDraft(kind, value, path)),
    tiers: listOf(value['tiers']).map((tier, index) => tierDraft(tier, [...path, 'tiers', index], mistakes)),
    copies: listOf(value['copies']).map((copy, index) => copyDraft(copy, [...path, 'copies', index])),
  };
}

function subjectDraft(kind: SubjectKind, backup: Record<string, unknown>, path: Path): DraftSubject {
  const chosen = backup[kind];
  return { path: [...path, kind], kind, ...(isRecord(chosen) && { chosen }) };
}

function copyDraft(value: unknown, path: Path): DraftCopy {
  const { region, kmsKey, keep } = recordOf(value) as Record<string, unknown>;
  return {
    path,
    ...defined('region', copySchema.shape.region.safeParse(region).data),
    ...defined('kmsKey', copySchema.shape.kmsKey.safeParse(kmsKey).data),
    keep: Object.entries(recordOf(keep)).map(([tier, duration]) => ({
      tier,
      ...defined('duration', durationOf(duration)),
    })),
  };
}

function tierDraft(value: unknown, path: Path, mistakes: Mistake[]): DraftTier {
  const { name, keep, alarmAfter, ...rest } = recordOf(value) as Record<string, unknown>;
  const times = tierSchema.pick({ every: true, minute: true, on: true, at: true }).strip().safeParse(rest);
  const cadence = times.success ? cadenceOf(times.data, path) : undefined;
  if (cadence && 'mistakes' in cadence) mistakes.push(...cadence.mistakes);
  return {
    path,
    ...defined('name', nameField.safeParse(name).data),
    ...defined('keep', durationOf(keep)),
    ...defined('alarmAfter', durationOf(alarmAfter)),
    ...(cadence && 'unit' in cadence ? { cadence } : {}),
  };
}

type Times = Pick<TierFile, 'every' | 'minute' | 'on' | 'at'>;

/** The keys that say when a tier starts; or what is wrong between them. */
export function cadenceOf(times: Times, path: Path): Cadence | { mistakes: Mistake[] } {
  const unit = /hour/.test(times.every) ? 'hour' : (times.every as 'day' | 'week' | 'month');
  const mistakes = keyMistakes(unit, times, path);
  if (mistakes.length > 0) return { mistakes };
  if (unit === 'hour')
    return { unit, hours: Number.parseInt(times.every, 10) || 1, minute: times.minute ?? 0 };
  const at = minuteOfDay(times.at ?? '');
  if (unit === 'day') return { unit, at };
  if (unit === 'week') return { unit, at, on: times.on as Weekday };
  return { unit, at, on: times.on as number };
}

const keysOf = {
  hour: { needs: [], takes: ['minute'] },
  day: { needs: ['at'], takes: ['at'] },
  week: { needs: ['on', 'at'], takes: ['on', 'at'] },
  month: { needs: ['on', 'at'], takes: ['on', 'at'] },
} as const;

const keyHints = {
  minute: 'a minute of the hour, such as 20',
  at: 'a time of day in quotes, such as "03:35"',
  on: { hour: '', day: '', week: 'a weekday, such as sunday', month: 'a day of the month, 1 to 28' },
} as const;

function keyMistakes(unit: Cadence['unit'], times: Times, path: Path): Mistake[] {
  const { needs, takes } = keysOf[unit];
  const missing = needs
    .filter((key) => times[key] === undefined)
    .map((key) => ({
      path: [...path, key],
      message: `is missing; expected ${key === 'on' ? keyHints.on[unit] : keyHints[key]}, since the tier runs every ${unit}`,
    }));
  const surplus = (['minute', 'on', 'at'] as const)
    .filter((key) => times[key] !== undefined && !(takes as readonly string[]).includes(key))
    .map((key) => ({
      path: [...path, key],
      at: 'key' as const,
      message: `has no meaning for a tier that runs every ${unit === 'hour' ? times.every : unit}; expected ${takes.map((known) => `"${known}"`).join(' and ')}`,
    }));
  return [...missing, ...surplus, ...dayMistakes(unit, times, path)];
}

function dayMistakes(unit: Cadence['unit'], { on }: Times, path: Path): Mistake[] {
  if (on === undefined || (unit !== 'week' && unit !== 'month')) return [];
  if ((unit === 'week') === (typeof on === 'string')) return [];
  return [
    {
      path: [...path, 'on'],
      message: `${JSON.stringify(on)} is not a day of a ${unit}; expected ${keyHints.on[unit]}`,
    },
  ];
}

const durationOf = (value: unknown) => (typeof value === 'string' ? parseDuration(value) : undefined);
