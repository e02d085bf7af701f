/**
 * MaxResults and NextToken, which moto ignores for snapshots, volumes and images.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
 */
import { Refusal } from './operation.ts';

export interface PageSizes {
  smallest: number;
  largest: number;
}

const usualSizes: PageSizes = { smallest: 5, largest: 1000 };

export interface PageRequest {
  limit: number;
  /** The id of the last item of the page before. */
  after: string | undefined;
}

/** Undefined: the client does not page. */
export function pageRequest(parameters: URLSearchParams, sizes = usualSizes): PageRequest | undefined {
  const limit = parameters.get('MaxResults');
  const token = parameters.get('NextToken');
  if (limit === null && token === null) return undefined;
  return {
    limit: limit === null ? sizes.largest : pageSize(limit, sizes),
    after: token ? readToken(token) : undefined,
  };
}

function pageSize(value: string, { smallest, largest }: PageSizes): number {
  const size = Number(value);
  if (Number.isInteger(size) && size >= smallest && size <= largest) return size;
  throw new Refusal(
    'InvalidParameterValue',
    `Value ( ${value} ) for parameter maxResults is invalid. Expecting a value between ${smallest} and ${largest}.`,
  );
}

/**
 * Pages run in the order of ids, so that what is created or deleted between two pages neither hides
 * another item nor shows it twice.
 */
export function cutPage<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  { limit, after }: PageRequest,
): { page: T[]; nextToken: string | undefined } {
  const rest = all
    .map((item) => ({ id: idOf(item), item }))
    .filter(({ id }) => after === undefined || id > after)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const nextToken = rest.length > limit && last !== undefined ? writeToken(last.id) : undefined;
  return { page: page.map(({ item }) => item), nextToken };
}

const tokenPrefix = 'after:';

const writeToken = (id: string) => Buffer.from(tokenPrefix + id).toString('base64url');

function readToken(token: string): string {
  const content = Buffer.from(token, 'base64url').toString();
  if (content.startsWith(tokenPrefix)) return content.slice(tokenPrefix.length);
  throw new Refusal('InvalidNextToken', 'The specified NextToken is not valid.');
}
