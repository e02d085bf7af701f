/** From the text of groundskeeper.yml to a plan that has passed every rule. */
import { type Duration, parseDuration } from '../duration.ts';
import { cadenceOf, type Draft, draftOf } from './draft.ts';
import { type Mistake, PlanError, planError } from './mistakes.ts';
import type { Backup, CopyTarget, Plan, Subject, Tier } from './plan.ts';
import { groupOf } from './read-group.ts';
import { siteOf } from './read-site.ts';
import { asInJobs } from './read-tags.ts';
import { accountMistakes } from './rules/account.ts';
import { copyMistakes } from './rules/copies.ts';
import { freezeMistakes } from './rules/freeze.ts';
import { groupMistakes } from './rules/groups.ts';
import { nameMistakes } from './rules/names.ts';
import { retentionMistakes } from './rules/retention.ts';
import { selectorMistakes } from './rules/selectors.ts';
import { siteMistakes } from './rules/sites.ts';
import { timeMistakes } from './rules/times.ts';
import { type BackupFile, type PlanFile, planSchema, type TierFile } from './schema.ts';
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
    ...emptiness(draft),
    ...draft.mistakes,
    ...nameMistakes(draft),
    ...selectorMistakes(draft),
    ...freezeMistakes(draft),
    ...retentionMistakes(draft),
    ...copyMistakes(draft, region),
    ...siteMistakes(draft),
    ...groupMistakes(draft, region),
    ...timeMistakes(draft, now),
    ...accountMistakes(draft, region),
  ];
}

const emptiness = ({ ofNothing }: Draft): Mistake[] =>
  ofNothing
    ? [{ path: [], message: 'has neither backups, sites nor groups; expected one of them at least' }]
    : [];

function planOf(file: PlanFile): Plan {
  return {
    ...file,
    notify: file.notify,
    backups: (file.backups ?? []).map(
      (backup): Backup => ({
        name: backup.name,
        subject: subjectOf(backup),
        tiers: backup.tiers.map(tierOf),
        copies: copiesOf(backup),
      }),
    ),
    sites: (file.sites ?? []).map(siteOf),
    groups: (file.groups ?? []).map(groupOf),
  };
}

function tierOf(tier: TierFile): Tier {
  const cadence = cadenceOf(tier, []);
  if ('mistakes' in cadence) throw new PlanError(`Tier ${tier.name} passed the rules and has mistakes`);
  const alarmAfter = tier.alarmAfter === undefined ? undefined : durationOf(tier.alarmAfter);
  return { name: tier.name, cadence, keep: durationOf(tier.keep), alarmAfter };
}

function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (!duration) throw new PlanError(`"${text}" passed the rules and is not a duration`);
  return duration;
}

function subjectOf({ name, volumes, instances, databases, images }: BackupFile): Subject {
  if (volumes) return { kind: 'volumes', chosen: asInJobs(volumes) };
  if (instances) return { kind: 'instances', chosen: asInJobs(instances) };
  if (databases) return { kind: 'databases', chosen: asInJobs(databases) };
  if (images) return { kind: 'images', chosen: asInJobs(images) };
  throw new PlanError(`Backup ${name} passed the rules and is of nothing`);
}

const copiesOf = ({ copies = [] }: BackupFile): CopyTarget[] =>
  copies.map(({ region, kmsKey, keep }) => ({
    region,
    kmsKey,
    keep: new Map(Object.entries(keep).map(([tier, text]) => [tier, durationOf(text)])),
  }));
