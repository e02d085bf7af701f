/** How what is more than one run can do is divided among several. */

// Two workers share AWS's rate of 5 a second: each has done with so many in under four minutes.
const rowsPerBatch = 500;

/** Deletions that AWS allows in so much time: a bucket of 100 that is refilled at 5 a second; half of them, since a run reads, too. */
export const mostInOneRun = (milliseconds: number): number => 100 + Math.floor((milliseconds / 1_000) * 2.5);

export interface Batch {
  sources: string[];
  rows: number;
}

/** All rows of a source are in one batch, so that floors, shares and sets stay whole. */
export function batchesOf(rowsBySource: ReadonlyMap<string, number>): Batch[] {
  const batches: Batch[] = [];
  let open: Batch = { sources: [], rows: 0 };
  for (const [source, rows] of rowsBySource) {
    if (open.rows > 0 && open.rows + rows > rowsPerBatch) {
      batches.push(open);
      open = { sources: [], rows: 0 };
    }
    open.sources.push(source);
    open.rows += rows;
  }
  return open.rows > 0 ? [...batches, open] : batches;
}
