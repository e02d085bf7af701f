/** One domain, which comes into being with its first write. */
import type { Attribute, AttributeToPut, SimpleDbClient } from '../aws/simpledb/client.ts';
import { isSimpleDbError } from '../aws/simpledb/errors.ts';
import type { Clock } from '../clock.ts';
import type { Fields } from './row-fields.ts';

export interface LedgerDomain {
  client: SimpleDbClient;
  domain: string;
  clock: Clock;
}

/** Milliseconds to wait before a write is tried again in a new domain, which is not known everywhere at once. */
const newDomainWaits = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** Writes, and creates the domain if there is none. */
export async function writing(store: LedgerDomain, write: () => Promise<void>): Promise<void> {
  for (const [attempt, wait] of newDomainWaits.entries()) {
    if (!(await isDomainMissing(write))) return;
    if (attempt === 0) await store.client.createDomain(store.domain);
    await store.clock.sleep(wait);
  }
  await write();
}

async function isDomainMissing(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return false;
  } catch (error) {
    if (isSimpleDbError(error, 'NoSuchDomain')) return true;
    throw error;
  }
}

/** Writes where there can be nothing to write to: without a domain it does nothing. */
export async function writingIfAny(write: () => Promise<void>): Promise<void> {
  await isDomainMissing(write);
}

/** The fields of one item; undefined if there is none, or no domain yet. */
export async function readFields(
  { client, domain }: LedgerDomain,
  item: string,
): Promise<Fields | undefined> {
  let attributes: Attribute[] = [];
  await isDomainMissing(async () => {
    attributes = await client.getAttributes({ domain, item, consistentRead: true });
  });
  return attributes.length === 0 ? undefined : fieldsIn(attributes);
}

export function fieldsIn(attributes: readonly Attribute[]): Fields {
  return Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
}

/** Attributes that take the place of those that the item has. */
export function replacing(fields: Readonly<Record<string, string>>): AttributeToPut[] {
  return Object.entries(fields).map(([name, value]) => ({ name, value, replace: true }));
}
