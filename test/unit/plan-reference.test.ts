import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsonSchemaText, referenceText } from '../../shared/plan/reference.ts';

const file = (path: string) => readFileSync(path, 'utf8');

test("the plan's JSON Schema is what its source generates: `npm run schema` brings it up to date", () => {
  expect(JSON.parse(file('docs/groundskeeper.schema.json'))).toEqual(JSON.parse(jsonSchemaText()));
});

test("the plan's reference is what its source generates: `npm run schema` brings it up to date", () => {
  expect(file('docs/plan.md')).toBe(referenceText(file('docs/plan.md')));
});

test('the plan names its JSON Schema in the first line, for editors', () => {
  expect(file('groundskeeper.yml').split('\n')[0]).toBe(
    '# yaml-language-server: $schema=docs/groundskeeper.schema.json',
  );
});

test('every key of the plan is explained', () => {
  const unexplained: string[] = [];
  const visit = (
    schema: { properties?: Record<string, object>; items?: object; description?: string },
    path: string,
  ) => {
    if (path && !path.endsWith('[]') && !schema.description) unexplained.push(path);
    for (const [key, value] of Object.entries(schema.properties ?? {})) visit(value, `${path}.${key}`);
    if (schema.items) visit(schema.items, `${path}[]`);
  };
  visit(JSON.parse(jsonSchemaText()), '');
  expect(unexplained).toEqual([]);
});
