/** The JSON Schema for editors and the reference for people, both from the schema itself. */
import { z } from 'zod';
import { planSchema } from './schema.ts';

/** What is above this line in docs/plan.md is written by hand. */
const generatedBelow = '<!-- Below: generated from shared/plan/schema.ts by `npm run schema`. -->';

type JsonSchema = z.core.JSONSchema.JSONSchema;

function planJsonSchema(): JsonSchema {
  return z.toJSONSchema(planSchema, { io: 'input', target: 'draft-7' });
}

/** docs/groundskeeper.schema.json */
export function jsonSchemaText(): string {
  return `${JSON.stringify(planJsonSchema(), null, 2)}\n`;
}

/** docs/plan.md, with the opening that it has now. */
export function referenceText(current: string): string {
  const [opening = ''] = current.split(generatedBelow);
  return `${opening.trimEnd()}\n\n${generatedBelow}\n\n${section('The plan', planJsonSchema()).join('\n\n')}\n`;
}

/** A table of an object's keys, then the objects inside it. */
function section(title: string, schema: JsonSchema): string[] {
  const keys = Object.entries(schema.properties ?? {}).map(
    ([key, value]) => [key, value as JsonSchema] as const,
  );
  const rows = keys.map(([key, value]) => row(key, value, schema.required?.includes(key) ?? false));
  const table = ['| Key | Needed | What it says | Examples |', '|---|---|---|---|', ...rows].join('\n');
  const inner = keys.flatMap(([key, value]) => {
    const object = objectIn(value);
    return object ? section(`\`${key}\``, object) : [];
  });
  return [`## ${title}`, table, ...inner];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  const needed = schema.default === undefined ? (required ? 'yes' : 'no') : `no: ${code(schema.default)}`;
  const examples = (schema.examples ?? []) as unknown[];
  return `| \`${key}\` | ${needed} | ${schema.description ?? ''} | ${examples.map(code).join(', ')} |`;
}

function objectIn(schema: JsonSchema): JsonSchema | undefined {
  const inner = schema.type === 'array' ? (schema.items as JsonSchema) : schema;
  const ways = [inner, ...((inner.anyOf ?? []) as JsonSchema[])];
  return ways.find(({ properties }) => properties);
}

const code = (value: unknown): string =>
  `\`${typeof value === 'string' && value !== '' ? value : JSON.stringify(value)}\``;
