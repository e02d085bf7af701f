import { ObservationError } from '../../../shared/errors.ts';

/** A release that cannot be read, or is not one that may be published. */
export class SourceError extends ObservationError {
  override name = 'SourceError';
}

/** The archive was uploaded anew while it was read. The new one has an event of its own. */
export class ArchiveReplacedError extends SourceError {
  override name = 'ArchiveReplacedError';
}
