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

/** Zod's own words for types, as a person says them. */
function plainExpected(message: string): string {
  return message
    .replace(/, received .*$/, '')
    .replace(/^expected string$/, 'expected text')
    .replace(/^expected (object|record)$/, 'expected keys and values')
    .replace(/^expected array$/, 'expected a list')
    .replace(/^expected int$/, 'expected a whole number')
    .replace(/^expected number$/, 'expected a number')
    .replace(/^expected boolean$/, 'expected true or false')
    .replace(/^expected (number|int) to be >=(\d+)$/, 'expected $2 or more')
    .replace(/^expected (number|int) to be <=(\d+)$/, 'expected $2 or less')
    .replaceAll('"|"', '", "');
}

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
