/** What the Describe operations have in common: moto's full answer, changed, filtered and paged. */
import type { Element } from '@xmldom/xmldom';
import type { Answer } from '../message.ts';
import { matchesFilter, takeFilters } from './filters.ts';
import { type Ec2Call, list, Refusal } from './operation.ts';
import { cutPage, type PageSizes, pageRequest } from './paging.ts';
import { append, child, items, parseAnswer, remove, setText, text, withBody } from './xml.ts';

export interface Listing {
  /** The element that holds the items. */
  set: string;
  /** An item's child that holds its id, or how else it is known. */
  id: string | ((item: Element) => string);
  /** Default: 5 to 1000. */
  pageSizes?: PageSizes;
  /** The request's list of ids, if it must not come with MaxResults. */
  ids?: string;
  /** Brings an item to what the account says of it. */
  change?(item: Element, call: Ec2Call): void;
  /** Whether the client gets to see it. */
  shows?(item: Element, call: Ec2Call): boolean;
  /** Filters on what `change` changed, or that moto lacks: an item's values by filter name. */
  filters?: Readonly<Record<string, (item: Element) => string[]>>;
}

export async function describe(call: Ec2Call, listing: Listing): Promise<Answer> {
  const page = pageRequest(call.parameters, listing.pageSizes);
  const named = listing.ids === undefined ? [] : list(call.parameters, listing.ids);
  if (page !== undefined && named.length > 0) {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter ${listing.ids} cannot be used with the parameter maxResults`,
    );
  }
  const filters = listing.filters ?? {};
  const { taken, rest } = takeFilters(call.parameters, Object.keys(filters));
  rest.delete('NextToken');
  if (named.length === 0) rest.set('MaxResults', '1000000'); // only instances take it, and would end at 100 without
  const answer = await call.forward(rest);
  if (answer.status !== 200) return answer;

  const root = parseAnswer(answer);
  const shown = items(root, listing.set).filter((item) => {
    listing.change?.(item, call);
    if (listing.shows && !listing.shows(item, call)) return false;
    return taken.every((filter) => matchesFilter(filter, filters[filter.name]?.(item) ?? []));
  });
  const { id } = listing;
  const idOf = typeof id === 'string' ? (item: Element) => text(item, id) : id;
  const { page: kept, nextToken } = page ? cutPage(shown, idOf, page) : { page: shown, nextToken: undefined };
  replaceItems(root, listing.set, kept);
  if (nextToken !== undefined) setText(root, 'nextToken', nextToken);
  return withBody(answer, root);
}

function replaceItems(root: Element, setName: string, kept: readonly Element[]): void {
  const set = child(root, setName);
  if (set !== undefined) remove(set);
  const fresh = append(root, setName);
  for (const item of kept) fresh.appendChild(item);
}
