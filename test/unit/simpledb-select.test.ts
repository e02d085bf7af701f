import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteName, quoteValue } from '../../shared/aws/simpledb/select.ts';

/** Reads one quoted text at the start, by the rule "a doubled quote is one"; answers it and what follows. */
function readQuoted(expression: string, quote: string): { text: string; rest: string } {
  expect(expression[0]).toBe(quote);
  let text = '';
  for (let at = 1; at < expression.length; at++) {
    if (expression[at] !== quote) text += expression[at];
    else if (expression[at + 1] === quote) text += expression[at++];
    else return { text, rest: expression.slice(at + 1) };
  }
  throw new Error(`${expression} is not closed`);
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom("'", '"', '`', '\\', ' or ', '1=1', '--', ')', '\0'))
    .map((parts) => parts.join('')),
);

describe('quoting in a Select', () => {
  test("follows the Developer Guide's examples", () => {
    expect(quoteName('abc`123')).toBe('`abc``123`');
    expect(quoteValue(`He said, "That's the ticket!"`)).toBe(`'He said, "That''s the ticket!"'`);
  });

  test('no name and no value breaks out, whatever follows it', () => {
    fc.assert(
      fc.property(nasty, nasty, (name, value) => {
        const expression = `${quoteName(name)} = ${quoteValue(value)} and x = 'y'`;
        const first = readQuoted(expression, '`');
        expect(first.text).toBe(name);
        expect(first.rest.startsWith(' = ')).toBe(true);
        const second = readQuoted(first.rest.slice(3), "'");
        expect(second).toEqual({ text: value, rest: " and x = 'y'" });
      }),
    );
  });
});
