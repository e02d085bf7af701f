/** The part of the Powertools logger that we use: constant messages, values in keys. */
export interface Log {
  debug(message: string, values: Record<string, unknown>): void;
  info(message: string, values: Record<string, unknown>): void;
  warn(message: string, values: Record<string, unknown>): void;
  error(message: string, values: Record<string, unknown>): void;
}

/** The same log, with these values on every line. */
export function inContext(log: Log, context: Record<string, unknown>): Log {
  return {
    debug: (message, values) => log.debug(message, { ...context, ...values }),
    info: (message, values) => log.info(message, { ...context, ...values }),
    warn: (message, values) => log.warn(message, { ...context, ...values }),
    error: (message, values) => log.error(message, { ...context, ...values }),
  };
}
