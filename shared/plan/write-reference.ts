/** `npm run schema`: writes what is generated from the plan's schema. */
import { readFileSync, writeFileSync } from 'node:fs';
import { jsonSchemaText, referenceText } from './reference.ts';

writeFileSync('docs/groundskeeper.schema.json', jsonSchemaText());
writeFileSync('docs/plan.md', referenceText(readFileSync('docs/plan.md', 'utf8')));
console.log('Wrote docs/groundskeeper.schema.json and docs/plan.md');
