import { SimpleDbClient } from '../aws/simpledb/client.ts';
import type { Ledger } from './ledger.ts';
import type { OpenLedgerOptions } from './ledger-options.ts';
import { simpleDbLedger } from './simpledb-ledger.ts';

export function openLedger({ owner, clock, onUnreadable, aws, endpoint }: OpenLedgerOptions): Ledger {
  const client = new SimpleDbClient({
    region: aws?.region,
    credentials: aws?.credentials,
    requestHandler: aws?.requestHandler,
    endpoint,
    // A lock or a row that cannot be written ends a run: some 15 seconds of patience, well within a lease.
    maxAttempts: 9,
    sleep: (milliseconds) => clock.sleep(milliseconds),
  });
  return simpleDbLedger({ client, domain: owner, clock, onUnreadable });
}
