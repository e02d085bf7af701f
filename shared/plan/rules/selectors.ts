/** Which volumes: exactly one way to choose them. */
import type { Draft } from '../draft.ts';
import type { Mistake, Path } from '../mistakes.ts';

export function selectorMistakes({ backups }: Draft): Mistake[] {
  return backups.flatMap(({ path, volumes }) => {
    if (!volumes) return [];
    const instances = volumes['instances'];
    const inner = typeof instances === 'object' && instances !== null ? instances : undefined;
    return [
      ...exactlyOne(volumes, ['ids', 'tags', 'instances'], [...path, 'volumes']),
      ...(inner ? exactlyOne(inner, ['ids', 'tags'], [...path, 'volumes', 'instances']) : []),
    ];
  });
}

function exactlyOne(selector: object, keys: readonly string[], path: Path): Mistake[] {
  const given = keys.filter((key) => key in selector);
  const expected = `expected exactly one of ${keys.map((key) => `"${key}"`).join(', ')}`;
  if (given.length === 1) return [];
  if (given.length === 0) return [{ path, message: `selects nothing; ${expected}` }];
  return [{ path, message: `has ${given.map((key) => `"${key}"`).join(' and ')}; ${expected}` }];
}
