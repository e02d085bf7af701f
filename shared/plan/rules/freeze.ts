/** What a set's freeze and commands need of each other. */
import type { Draft, DraftSubject } from '../draft.ts';
import { type Mistake, quote } from '../mistakes.ts';
import { subjectSchemas } from '../schema/subjects.ts';

export function freezeMistakes({ backups }: Draft): Mistake[] {
  const sets = backups.flatMap(({ subjects }) => subjects.filter(({ kind }) => kind === 'instances'));
  return sets.flatMap((set) => [...idleKeys(set), ...repeatedPaths(set), ...tooLong(set)]);
}

/** Keys that say how something is done, by what is done. */
const meansNothingWithout = {
  freezeSeconds: ['freeze'],
  unfrozen: ['freeze', 'before', 'after'],
  commandSeconds: ['before', 'after'],
} as const;

function idleKeys({ path, chosen = {} }: DraftSubject): Mistake[] {
  return Object.entries(meansNothingWithout)
    .filter(([key, needed]) => key in chosen && !needed.some((other) => other in chosen))
    .map(([key, needed]) => ({
      path: [...path, key],
      at: 'key' as const,
      message: `has no meaning by itself; expected ${needed.map((other) => `"${other}"`).join(' or ')} beside it`,
    }));
}

function repeatedPaths({ path, chosen = {} }: DraftSubject): Mistake[] {
  const paths: unknown[] = Array.isArray(chosen['freeze']) ? chosen['freeze'] : [];
  return paths.flatMap((mountPoint, index) =>
    paths.indexOf(mountPoint) < index
      ? [
          {
            path: [...path, 'freeze', index],
            message: `${quote(mountPoint)} is there already; expected each path once`,
          },
        ]
      : [],
  );
}

/** A run of take-snapshots lasts 14 minutes at most; two are for the set and for Run Command's ways. */
const mostSeconds = 12 * 60;

function tooLong({ path, chosen = {} }: DraftSubject): Mistake[] {
  const set = subjectSchemas.instances.safeParse(chosen).data;
  if (!set) return [];
  const { before, after, commandSeconds, freeze, freezeSeconds } = set;
  const seconds = (before ? commandSeconds : 0) + (after ? commandSeconds : 0) + (freeze ? freezeSeconds : 0);
  if (seconds <= mostSeconds) return [];
  return [
    {
      path: [...path, 'commandSeconds'],
      message: `lets freeze and commands last ${seconds} seconds in all; expected ${mostSeconds} at most, which a run has for them`,
    },
  ];
}
