/** What is backed up: one kind a backup, and one way to choose. */
import type { Draft, DraftBackup, DraftSubject } from '../draft.ts';
import type { Mistake, Path } from '../mistakes.ts';
import { subjectKinds } from '../plan.ts';

export function selectorMistakes({ backups }: Draft): Mistake[] {
  return backups.flatMap((backup) => [...kindMistakes(backup), ...backup.subjects.flatMap(wayMistakes)]);
}

function kindMistakes({ path, subjects }: DraftBackup): Mistake[] {
  const kinds = subjects.map(({ kind }) => kind);
  return exactlyOne(kinds, subjectKinds, path, 'is of nothing');
}

function wayMistakes({ path, kind, chosen }: DraftSubject): Mistake[] {
  if (!chosen) return [];
  if (kind === 'databases') return databaseMistakes(chosen, path);
  const ways = ['ids', 'tags'];
  return exactlyOne(givenOf(chosen, ways), ways, path, 'selects nothing');
}

function databaseMistakes(chosen: object, path: Path): Mistake[] {
  const given = givenOf(chosen, ['instances', 'clusters', 'tags']);
  const expected = 'expected "tags", or identifiers in "instances", "clusters" or both';
  if (given.length === 0) return [{ path, message: `selects nothing; ${expected}` }];
  if (given.length === 1 || !given.includes('tags')) return [];
  return [{ path, message: `has ${list(given)}; ${expected}` }];
}

const givenOf = (chosen: object, keys: readonly string[]): string[] => keys.filter((key) => key in chosen);

function exactlyOne(
  given: readonly string[],
  keys: readonly string[],
  path: Path,
  ofNone: string,
): Mistake[] {
  if (given.length === 1) return [];
  const expected = `expected exactly one of ${keys.map((key) => `"${key}"`).join(', ')}`;
  if (given.length === 0) return [{ path, message: `${ofNone}; ${expected}` }];
  return [{ path, message: `has ${list(given)}; ${expected}` }];
}

const list = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(' and ');
