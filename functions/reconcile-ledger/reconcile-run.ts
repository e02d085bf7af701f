import type { ListingClients } from '../../shared/backups/gateways.ts';
import type { Run } from '../../shared/entrypoint.ts';
import type { ReconcileLedgerJob } from './job.ts';

export type ReconcileRun = Run<ReconcileLedgerJob, ListingClients>;

/** How many changes this run may still make. */
export class Budget {
  readonly #run: Pick<ReconcileRun, 'job' | 'report'>;
  #spent = 0;

  constructor(run: Pick<ReconcileRun, 'job' | 'report'>) {
    this.#run = run;
  }

  /** False when `maxActions` is used up, which is said once. */
  spend(): boolean {
    const { maxActions } = this.#run.job;
    this.#spent += 1;
    if (maxActions === undefined || this.#spent <= maxActions) return true;
    if (this.#spent === maxActions + 1) {
      this.#run.report.limit(
        `More than maxActions (${maxActions}) changes are needed; the rest is left as it is`,
      );
    }
    return false;
  }
}
