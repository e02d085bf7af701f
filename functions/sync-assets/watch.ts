/** Who looks on while a run works: the person who started it by hand. */
export interface Watch {
  /** What is going to be done. */
  planned: (totals: Totals) => void;
  /** One more is done, or has failed. */
  settled: (bytes: number) => void;
}

export interface Totals {
  uploads: number;
  headers: number;
  deletes: number;
  /** To be uploaded. */
  bytes: number;
}

export const nobody: Watch = { planned: () => {}, settled: () => {} };
