/**
 * SimpleDB's limits, checked before anything is sent, so that the error names what is wrong.
 * Source: SimpleDB Developer Guide, "Limits", and the pages of the operations.
 */
import { SimpleDbError } from './errors.ts';
import { canonicalQuery, type Parameters } from './signature-v2.ts';

export const limits = {
  /** Bytes of an item's name, an attribute's name or a value. */
  textBytes: 1024,
  /** Attribute name and value pairs of one item in one call. */
  pairs: 256,
  /** Items of one batch. */
  batchItems: 25,
  /** Bytes of one batch, 1 MB; what is left over here is for signature and session token. */
  batchBytes: 1_000_000 - 16_000,
} as const;

export function checkDomain(domain: string): void {
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(domain)) {
    throw invalid(`The domain ${quoted(domain)} is not 3 to 255 of A-Z a-z 0-9 _ - .`);
  }
}

export function checkItemName(item: string): void {
  if (item === '') throw invalid('An item needs a name');
  checkText(item, 'The name of item', item);
}

export function checkAttributes(item: string, attributes: readonly { name: string; value?: string }[]): void {
  if (attributes.length > limits.pairs) {
    throw new SimpleDbError(
      'NumberSubmittedAttributesExceeded',
      `Item ${quoted(item)} has ${attributes.length} attribute pairs; ${limits.pairs} are allowed in a call`,
    );
  }
  for (const { name, value } of attributes) {
    if (name === '') throw invalid(`An attribute of item ${quoted(item)} has no name`);
    checkText(name, `The attribute name of item ${quoted(item)},`, name);
    if (value !== undefined)
      checkText(value, `The value of attribute ${quoted(name)} of item ${quoted(item)},`, value);
  }
}

function checkText(text: string, what: string, shown: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.textBytes) {
    throw invalid(`${what} ${quoted(shown)}, has ${bytes} bytes; ${limits.textBytes} are allowed`);
  }
  if (/\p{Surrogate}/u.test(text)) throw invalid(`${what} ${quoted(shown)}, is not well-formed Unicode`);
}

/** One `Item.<n>.…` of a batch, without the prefix. */
export interface BatchEntry {
  item: string;
  parameters: Parameters;
}

/**
 * Packs the items of a batch call into as few requests as the limits allow, in their order.
 *
 * @throws SimpleDbError `DuplicateItemName` if an item is named twice in all
 */
export function packBatches(entries: readonly BatchEntry[]): Parameters[] {
  const seen = new Set<string>();
  const batches: { parameters: Record<string, string>; items: number; bytes: number }[] = [];
  for (const { item, parameters } of entries) {
    if (seen.has(item)) throw new SimpleDbError('DuplicateItemName', `Item ${quoted(item)} is given twice`);
    seen.add(item);
    const bytes = canonicalQuery(parameters).length + Object.keys(parameters).length * 'Item.25.'.length;
    let batch = batches.at(-1);
    if (!batch || batch.items === limits.batchItems || batch.bytes + bytes > limits.batchBytes) {
      batch = { parameters: {}, items: 0, bytes: 0 };
      batches.push(batch);
    }
    batch.items += 1;
    batch.bytes += bytes;
    for (const [name, value] of Object.entries(parameters))
      batch.parameters[`Item.${batch.items}.${name}`] = value;
  }
  return batches.map(({ parameters }) => parameters);
}

function invalid(message: string): SimpleDbError {
  return new SimpleDbError('InvalidParameterValue', message);
}

/** Long texts are shown by their beginning. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
