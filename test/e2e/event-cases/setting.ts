/** What the cases of the samples in events/ work with. */
import type { Report } from '../../../shared/report.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import type { RawAccount } from '../account.ts';

export interface Setting {
  sandbox: Sandbox;
  account: RawAccount;
  /** A volume with the tag Backup=data, the only thing in the account. */
  volume: string;
  sample(file: string): unknown;
  start(functionName: string, payload: unknown): Promise<Report>;
  /** Starts the function of a sample with the sample. */
  run(file: string): Promise<Report>;
}

/** By file in events/: what the sample is to do. */
export type Cases = Readonly<Record<string, (setting: Setting) => Promise<void>>>;
