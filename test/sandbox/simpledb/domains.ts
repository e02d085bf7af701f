import { compareUtf8 } from './collation.ts';
import { invalidValue, SimpleDbError } from './errors.ts';
import type { Fields } from './parameters.ts';
import type { Store, View } from './store.ts';
import { textElement } from './xml.ts';

const MAX_DOMAINS_LISTED = 100;

/** SDB_API_ListDomains.html. A token is the last name listed. */
export function listDomains(store: Store, fields: Fields): string {
  const text = fields.get('MaxNumberOfDomains') ?? String(MAX_DOMAINS_LISTED);
  const max = /^\d+$/.test(text) ? Number(text) : 0;
  if (max < 1 || max > MAX_DOMAINS_LISTED) {
    throw invalidValue(
      text,
      'MaxNumberOfDomains',
      `MaxNumberOfDomains must be between 1 and ${MAX_DOMAINS_LISTED}.`,
    );
  }
  const after = readToken(fields.get('NextToken'));
  const left = store.names().filter((name) => compareUtf8(name, after) > 0);
  const page = left.slice(0, max);
  const token =
    left.length > page.length ? Buffer.from(`domains:${page.at(-1)}`).toString('base64url') : undefined;
  const names = page.map((name) => textElement('DomainName', name)).join('');
  return names + (token === undefined ? '' : textElement('NextToken', token));
}

function readToken(token: string | undefined): string {
  if (token === undefined) return '';
  const name = /^domains:(.+)$/s.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (name === undefined)
    throw new SimpleDbError('InvalidNextToken', 'The specified next token is not valid.');
  return name;
}

/** SDB_API_DomainMetadata.html. SimpleDB counts now and then; here it is always of this moment. */
export function domainMetadata(view: View, now: Date): string {
  const names = new Set<string>();
  const totals = { items: 0, itemBytes: 0, values: 0, valueBytes: 0 };
  for (const item of view.all()) {
    totals.items += 1;
    totals.itemBytes += Buffer.byteLength(item.name);
    for (const [name, values] of item.attributes) {
      names.add(name);
      totals.values += values.length;
      for (const value of values) totals.valueBytes += Buffer.byteLength(value);
    }
  }
  const figures = {
    ItemCount: totals.items,
    ItemNamesSizeBytes: totals.itemBytes,
    AttributeNameCount: names.size,
    AttributeNamesSizeBytes: [...names].reduce((sum, name) => sum + Buffer.byteLength(name), 0),
    AttributeValueCount: totals.values,
    AttributeValuesSizeBytes: totals.valueBytes,
    Timestamp: Math.floor(now.getTime() / 1000),
  };
  return Object.entries(figures)
    .map(([name, value]) => textElement(name, String(value)))
    .join('');
}
