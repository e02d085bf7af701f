/** The part of the Powertools logger that we use: constant messages, values in keys. */
export interface Log {
  debug(message: string, values: Record<string, unknown>): void;
  info(message: string, values: Record<string, unknown>): void;
  warn(message: string, values: Record<string, unknown>): void;
  error(message: string, values: Record<string, unknown>): void;
}
