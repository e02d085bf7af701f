/** From the text of groundskeeper.yml to a plan that has passed every rule. */
import { parseDuration } from '../duration.ts';
import type { VolumeSelector } from '../job.ts';
import { cadenceOf, draftOf } from './draft.ts';
import { type Mistake, PlanError, planError } from './mistakes.ts';
import type { Backup, Plan, Tier } from './plan.ts';
import { accountMistakes } from './rules/account.ts';
import { nameMistakes } from './rules/names.ts';
import { retentionMistakes } from './rules/retention.ts';
import { selectorMistakes } from './rules/selectors.ts';
import { timeMistakes } from './rules/times.ts';
import { type PlanFile, planSchema, type TierFile, type VolumesFile } from './schema.ts';
import { shapeMistakes } from './shape.ts';
import { parsePlanText } from './yaml-source.ts';

export interface ReadOptions {
  /** How messages name the file. */
  file: string;
  /** Where the stack will be: not every region has every ledger. */
  region: string;
  /** From when on the clock changes of the next years are looked at. */
  now: Date;
}

/**
 * Reads a plan.
 *
 * @throws PlanError naming every mistake, a line each: `groundskeeper.yml:14:7 backups[0].tiers[1].keep: …`
 */
export function readPlan(text: string, { file, region, now }: ReadOptions): Plan {
  const { raw, source } = parsePlanText(text, file);
  const mistakes = [...shapeMistakes(raw), ...ruleMistakes(raw, region, now)];
  if (mistakes.length > 0) throw planError(mistakes, source);
  return planOf(planSchema.parse(raw));
}

function ruleMistakes(raw: unknown, region: string, now: Date): Mistake[] {
  const draft = draftOf(raw);
  return [
    ...draft.mistakes,
    ...nameMistakes(draft),
    ...selectorMistakes(draft),
    ...retentionMistakes(draft),
    ...timeMistakes(draft, now),
    ...accountMistakes(draft, region),
  ];
}

function planOf(file: PlanFile): Plan {
  return {
    ...file,
    notify: file.notify,
    backups: file.backups.map(
      (backup): Backup => ({
        name: backup.name,
        volumes: selectorOf(backup.volumes),
        tiers: backup.tiers.map(tierOf),
      }),
    ),
  };
}

function tierOf(tier: TierFile): Tier {
  const cadence = cadenceOf(tier, []);
  const keep = parseDuration(tier.keep);
  if ('mistakes' in cadence || !keep)
    throw new PlanError(`Tier ${tier.name} passed the rules and has mistakes`);
  const alarmAfter = tier.alarmAfter === undefined ? undefined : parseDuration(tier.alarmAfter);
  return { name: tier.name, cadence, keep, alarmAfter };
}

/** As jobs have it: a tag's value is always a list. */
function selectorOf({ ids, tags, instances }: VolumesFile): VolumeSelector {
  if (ids) return { ids };
  if (tags) return { tags: tagFilter(tags) };
  if (instances?.ids) return { instances: { ids: instances.ids } };
  return { instances: { tags: tagFilter(instances?.tags ?? {}) } };
}

const tagFilter = (tags: Record<string, string | string[]>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, [value].flat()]));
