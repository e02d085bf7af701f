/** The mistakes of single keys and values, from the schema. */
import { z } from 'zod';
import { type Mistake, type Path, quote } from './mistakes.ts';
import { suggestion } from './nearest.ts';
import { planSchema } from './schema.ts';

type Issue = z.core.$ZodIssue;

/** What the schema has against a plan. */
export function shapeMistakes(raw: unknown): Mistake[] {
  const result = planSchema.safeParse(raw);
  return result.success ? [] : result.error.issues.flatMap((issue) => mistakesOf(issue, raw));
}

function mistakesOf(issue: Issue, raw: unknown, base: Path = []): Mistake[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key));
  if (issue.code === 'invalid_key') {
    const why = issue.issues[0]?.message ?? issue.message;
    return [{ path, at: 'key', message: sentence(path.at(-1), why) }];
  }
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    // The branch that the value was meant for: the one that has nothing against its type.
    const meant = issue.errors.find(
      ([first]) => first && (first.path.length > 0 || first.code !== 'invalid_type'),
    );
    return (meant ?? issue.errors[0] ?? []).flatMap((inner) => mistakesOf(inner, raw, path));
  }
  return [{ path, message: sentence(valueAt(raw, path), issue.message) }];
}

function unknownKey(path: Path, key: string): Mistake {
  const known = keysAt(planSchema, path);
  return {
    path: [...path, key],
    at: 'key',
    message: `is not a key that is known here${suggestion(key, known) || ';'} expected one of ${known.join(', ')}`,
  };
}

/** The value, and what the schema says of it: own messages begin with a verb, the others with "expected". */
function sentence(value: unknown, message: string): string {
  const expected = plainExpected(/expected .*/s.exec(message)?.[0] ?? message);
  if (value === undefined) return `is missing; ${expected}`;
  if (message.startsWith('Too ') || message.startsWith('Invalid') || message.startsWith('expected')) {
    return `${quote(value)} is not valid; ${expected}`;
  }
  return `${quote(value)} ${message}`;
}

/** Zod's own words, as a person says them. */
const plainWords: readonly (readonly [RegExp, string])[] = [
  [/, received .*$/, ''],
  [/^expected string$/, 'expected text'],
  [/^expected (object|record)$/, 'expected keys and values'],
  [/^expected array$/, 'expected a list'],
  [/^expected int$/, 'expected a whole number'],
  [/^expected number$/, 'expected a number'],
  [/^expected boolean$/, 'expected true or false'],
  [/^expected (number|int) to be >=(\d+)$/, 'expected $2 or more'],
  [/^expected (number|int) to be <=(\d+)$/, 'expected $2 or less'],
  [/^expected (number|int) to be >(\d+)$/, 'expected more than $2'],
  [/^expected string to have >=1 characters$/, 'expected some text'],
  [/^expected string to have <=(\d+) characters$/, 'expected $1 characters at most'],
  [/^expected array to have >=1 items$/, 'expected at least one'],
  [/^expected array to have <=(\d+) items$/, 'expected $1 at most'],
  [/^Invalid number: must be a multiple of (\d+)$/, 'expected a multiple of $1'],
  [/^Invalid ISO date$/, 'expected a date such as 2026-12-25'],
  [/"\|"/g, '", "'],
];

const plainExpected = (message: string): string =>
  plainWords.reduce((text, [words, plain]) => text.replace(words, plain), message);

export function valueAt(raw: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | undefined)?.[step],
    raw,
  );
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const plain = unwrapped(schema);
  const [step, ...rest] = path;
  if (plain instanceof z.core.$ZodUnion) {
    return plain._zod.def.options.flatMap((option: z.core.$ZodType) => keysAt(option, path));
  }
  if (plain instanceof z.core.$ZodArray) return keysAt(plain._zod.def.element, rest);
  if (!(plain instanceof z.core.$ZodObject)) return [];
  const { shape } = plain._zod.def;
  if (step === undefined) return Object.keys(shape);
  const inner = shape[step];
  return inner ? keysAt(inner, rest) : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const wraps = schema instanceof z.core.$ZodOptional || schema instanceof z.core.$ZodDefault;
  return wraps ? unwrapped(schema._zod.def.innerType) : schema;
}
