/** Names: each once, none reserved, and no two that become one resource. */
import type { Draft, DraftBackup } from '../draft.ts';
import { scheduleName, tierScheduleId } from '../logical-ids.ts';
import type { Mistake, Path } from '../mistakes.ts';

interface Named {
  path: Path;
  name?: string;
}

/** EventBridge Scheduler, API reference, CreateSchedule: Name. */
const scheduleNameLength = 64;

export function nameMistakes(draft: Draft): Mistake[] {
  return [
    ...duplicates(draft.backups, 'backup'),
    ...draft.backups.flatMap(({ tiers }) => [...duplicates(tiers, 'tier'), ...tiers.flatMap(reserved)]),
    ...draft.backups.flatMap(tooLong),
    ...collisions(draft),
  ];
}

function duplicates(all: readonly Named[], what: string): Mistake[] {
  return all
    .filter(({ name }, index) => name !== undefined && all.findIndex((other) => other.name === name) < index)
    .map(({ path, name }) => ({
      path: [...path, 'name'],
      message: `"${name}" is the name of another ${what}; expected each name once`,
    }));
}

function reserved({ path, name }: Named): Mistake[] {
  if (name !== 'manual') return [];
  return [
    {
      path: [...path, 'name'],
      message: '"manual" is the tier of backups that are started by hand; expected another name',
    },
  ];
}

function tooLong({ name, tiers }: DraftBackup): Mistake[] {
  return tiers
    .filter((tier) => name && tier.name && scheduleName(name, tier.name).length > scheduleNameLength)
    .map((tier) => ({
      path: [...tier.path, 'name'],
      message: `"${tier.name}" is too long beside "${name}"; expected ${scheduleNameLength - 1} characters at most for backup and tier together`,
    }));
}

/** A tier's alarm is named as its schedule is. "a-1" and "a1", or "a-b" with "c" and "a" with "b-c", would be one resource. */
function collisions({ backups }: Draft): Mistake[] {
  const seen = new Map<string, string>();
  const mistakes: Mistake[] = [];
  const claim = (id: string, owner: string, { path, name }: Named) => {
    const other = seen.get(id);
    if (other === undefined) seen.set(id, owner);
    else if (other !== owner) {
      mistakes.push({
        path: [...path, 'name'],
        message: `"${name}" gives the same resource as ${other} (${id}); expected names that differ in more than their hyphens`,
      });
    }
  };
  for (const backup of backups) {
    if (!backup.name) continue;
    for (const tier of backup.tiers) {
      if (!tier.name) continue;
      claim(tierScheduleId(backup.name, tier.name), `tier "${tier.name}" of backup "${backup.name}"`, tier);
    }
  }
  return mistakes;
}
