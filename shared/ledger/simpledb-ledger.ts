/**
 * The ledger in a SimpleDB domain. A row is an item, its key the item's name, its fields attributes
 * of one value each. The domain is created by the first write; a read before that finds no rows.
 */
import type { Item } from '../aws/simpledb/client.ts';
import { isSimpleDbError } from '../aws/simpledb/errors.ts';
import { quoteName, quoteValue } from '../aws/simpledb/select.ts';
import type { BackupRow, Ledger, LedgerRow } from './ledger.ts';
import type { OnUnreadable } from './ledger-options.ts';
import { leaseOf, lockKey, nobody, readLock } from './lock.ts';
import { checkRows, fieldsOf, isBackup, readable, readRow, type Unreadable } from './row-fields.ts';
import {
  fieldsIn,
  type LedgerDomain,
  readFields,
  replacing,
  writing,
  writingIfAny,
} from './simpledb-domain.ts';
import { acquireLock, writeOwnLock } from './simpledb-lock.ts';
import { writeStateRow } from './simpledb-state.ts';
import { newState, readStoredState, stateKey } from './state.ts';

export interface SimpleDbLedgerOptions extends LedgerDomain {
  onUnreadable: OnUnreadable;
}

/**
 * A batch leaves attributes that it does not name as they were, so a row without a resource has this
 * one: otherwise it would keep the resource of the row that it replaces.
 */
const noResource = '-';

const isBackupRow = `(kind != 'slot' and kind != 'state')`;

export function simpleDbLedger({ onUnreadable, ...store }: SimpleDbLedgerOptions): Ledger {
  const { client, domain } = store;
  const backups = (condition: string) => backupsOf(select(store, condition, onUnreadable));
  return {
    acquire: (request) => acquireLock(store, request),

    async peek(slot, now) {
      const found = await readFields(store, lockKey(slot));
      return found === undefined ? { state: 'acquired' } : leaseOf(readLock(slot, found), now);
    },

    renew: (slot, holder, until) => writeOwnLock(store, { slot, holder }, { until: until.toISOString() }),

    async release(slot, holder, outcome) {
      await writeOwnLock(store, { slot, holder }, { holder: nobody, until: outcome });
    },

    async readState(name) {
      const found = await readFields(store, stateKey(name));
      return found && readStoredState(name, found);
    },

    writeState: async (name, text, version) => writeStateRow(store, newState(name, text), version),

    async put(rows) {
      checkRows(rows);
      const items = rows.map((row) => ({
        name: row.key,
        attributes: replacing({ resource: noResource, ...fieldsOf(row) }),
      }));
      await writing(store, () => client.batchPutAttributes({ domain, items }));
    },

    async remove(keys) {
      const items = [...new Set(keys)].map((name) => ({ name }));
      await writingIfAny(() => client.batchDeleteAttributes({ domain, items }));
    },

    due: (now) => select(store, `expires <= ${quoteValue(now.toISOString())} order by expires`, onUnreadable),
    unresolved: () =>
      backups(`${isBackupRow} and (resource = ${quoteValue(noResource)} or resource is null)`),
    // Rows of no kind, or of one that is not known here, are found too, and reported.
    all: () => backups(`kind is null or ${isBackupRow}`),
  };
}

async function* select(
  { client, domain }: LedgerDomain,
  condition: string,
  onUnreadable: OnUnreadable,
): AsyncGenerator<LedgerRow[]> {
  // 2500 items is the most that a page may have; SimpleDB shortens it to 1 MB by itself.
  const expression = `select * from ${quoteName(domain)} where ${condition} limit 2500`;
  let started = false;
  try {
    for await (const items of client.selectAll({ expression, consistentRead: true })) {
      started = true;
      yield readable(items.map(toEntry), onUnreadable);
    }
  } catch (error) {
    // Never written to, the ledger is empty. A domain that goes while it is read is another matter.
    if (started || !isSimpleDbError(error, 'NoSuchDomain')) throw error;
  }
}

async function* backupsOf(pages: AsyncIterable<LedgerRow[]>): AsyncGenerator<BackupRow[]> {
  for await (const rows of pages) yield rows.filter(isBackup);
}

function toEntry({ name: key, attributes }: Item): { key: string; row: LedgerRow | Unreadable } {
  const { resource, ...fields } = fieldsIn(attributes);
  if (new Set(attributes.map(({ name }) => name)).size < attributes.length) {
    return { key, row: { unreadable: 'an attribute has several values' } };
  }
  return { key, row: readRow(key, resource === noResource ? fields : { ...fields, resource }) };
}
