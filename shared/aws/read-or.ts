/** Reads without which a run can go on. */
import { ObservationError } from '../errors.ts';
import { LeaseLostError } from '../lease.ts';

/** What was read, or why it could not be: it is for the caller to take that for unknown, never for absent. */
export async function readOr<Result>(read: () => Promise<Result>): Promise<Result | ObservationError> {
  try {
    return await read();
  } catch (error) {
    // Another run goes on with it: this one has to end.
    if (error instanceof ObservationError && !(error.cause instanceof LeaseLostError)) return error;
    throw error;
  }
}
