import { AutomationError } from '../../shared/errors.ts';

/** The run ends before Lambda would end it; what it has not done is for the next one. */
export class OutOfTimeError extends AutomationError {
  override name = 'OutOfTimeError';

  constructor() {
    super('There was no time left for it');
  }
}
