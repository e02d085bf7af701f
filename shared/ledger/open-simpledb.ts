import type { Ledger } from './ledger.ts';
import type { OpenLedgerOptions } from './ledger-options.ts';

export function openLedger(options: OpenLedgerOptions): Ledger {
  throw new Error(`The SimpleDb ledger of ${options.owner} is not built yet`);
}
