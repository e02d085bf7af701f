import { ObservationError } from '../../../shared/errors.ts';

/** A release that cannot be read, or is not one that may be published. */
export class SourceError extends ObservationError {
  override name = 'SourceError';
}

/** The archive is there no more, or S3 keeps it where it cannot be read at once. */
export class ArchiveGoneError extends SourceError {
  override name = 'ArchiveGoneError';
}

/** The archive was uploaded anew while it was read. The new one has an event of its own. */
export class ArchiveReplacedError extends SourceError {
  override name = 'ArchiveReplacedError';
}
