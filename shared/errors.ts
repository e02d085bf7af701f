/** The errors that Groundskeeper itself throws. AWS's own are classified in `aws/errors.ts`. */
export class AutomationError extends Error {
  override name = 'AutomationError';
}

/** The environment or the plan is wrong; no run can succeed until a person mends it. */
export class ConfigError extends AutomationError {
  override name = 'ConfigError';
}

/** The event or the job in it is not one that this function takes. */
export class EventError extends AutomationError {
  override name = 'EventError';

  constructor(message: string) {
    super(message);
    // Its message says what is wrong with the event; where that was noticed would only bury it.
    this.stack = `${this.name}: ${message}`;
  }
}

/** A read failed or was cut short. Thrown before the first write: unknown is never absent. */
export class ObservationError extends AutomationError {
  override name = 'ObservationError';
}

/** A guard (`maxActions`, `maxDeleteShare`) held something back. Names what, and how to release it. */
export class LimitExceededError extends AutomationError {
  override name = 'LimitExceededError';
}

/** Everything that could be done was done; what is named here failed or was left for the next delivery. */
export class PartialFailureError extends AutomationError {
  override name = 'PartialFailureError';
}
