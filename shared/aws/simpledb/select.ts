/**
 * Names and values for a Select expression, so that none breaks out of it.
 * Source: SimpleDB Developer Guide, "Select Quoting Rules".
 */

/** The name of a domain or an attribute, in backticks. Always, since reserved words need them too. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A value, in single quotes. */
export function quoteValue(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
