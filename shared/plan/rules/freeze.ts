/** What a set's freeze and commands need of each other. */
import type { Draft, DraftSubject } from '../draft.ts';
import { type Mistake, quote } from '../mistakes.ts';

export function freezeMistakes({ backups }: Draft): Mistake[] {
  const sets = backups.flatMap(({ subjects }) => subjects.filter(({ kind }) => kind === 'instances'));
  return sets.flatMap((set) => [...idleKeys(set), ...repeatedPaths(set)]);
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
