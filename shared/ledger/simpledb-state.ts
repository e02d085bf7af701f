/** A state in SimpleDB. An answer that was lost is made up for by the version, which no other write has. */
import type { Expectation } from '../aws/simpledb/client.ts';
import { writeOnCondition } from './simpledb-conditional.ts';
import { type LedgerDomain, readFields, replacing, writing } from './simpledb-domain.ts';
import type { newState } from './state.ts';

/** As `Ledger.writeState`. */
export async function writeStateRow(
  store: LedgerDomain,
  { key: item, fields }: ReturnType<typeof newState>,
  version: string | undefined,
): Promise<string | undefined> {
  const { client, domain, clock } = store;
  const expected: Expectation =
    version === undefined ? { name: 'kind', exists: false } : { name: 'version', value: version };
  const put = () => client.putAttributes({ domain, item, attributes: replacing(fields), expected });
  if (await writeOnCondition(clock, () => writing(store, put))) return fields.version;
  const standing = await readFields(store, item);
  return standing?.['version'] === fields.version ? fields.version : undefined;
}
