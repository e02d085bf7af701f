/**
 * MaxRecords and Marker: API_DescribeDBSnapshots.html and the other Describe operations of the RDS API
 * reference ("Default: 100. Constraints: Minimum 20, maximum 100").
 */
import { Refusal } from '../ec2/operation.ts';

const smallestPage = 20;
const largestPage = 100;

export interface PageRequest {
  limit: number;
  /** The identifier of the last item of the page before. */
  after: string | undefined;
}

export function pageRequest(parameters: URLSearchParams): PageRequest {
  const marker = parameters.get('Marker');
  return {
    limit: pageSize(parameters.get('MaxRecords') ?? String(largestPage)),
    after: marker ? readMarker(marker) : undefined,
  };
}

function pageSize(value: string): number {
  const size = Number(value);
  if (Number.isInteger(size) && size >= smallestPage && size <= largestPage) return size;
  throw new Refusal(
    'InvalidParameterValue',
    `Invalid value ${value} for MaxRecords. Must be between ${smallestPage} and ${largestPage}`,
  );
}

/** Pages run in the order of identifiers: what comes and goes between two pages hides no other item. */
export function cutPage<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  { limit, after }: PageRequest,
): { page: T[]; marker: string | undefined } {
  const rest = all
    .map((item) => ({ id: idOf(item), item }))
    .filter(({ id }) => after === undefined || id > after)
    .sort((one, other) => (one.id < other.id ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const marker = rest.length > limit && last !== undefined ? writeMarker(last.id) : undefined;
  return { page: page.map(({ item }) => item), marker };
}

const markerPrefix = 'after:';

const writeMarker = (id: string) => Buffer.from(markerPrefix + id).toString('base64url');

function readMarker(marker: string): string {
  const content = Buffer.from(marker, 'base64url').toString();
  if (content.startsWith(markerPrefix)) return content.slice(markerPrefix.length);
  throw new Refusal('InvalidParameterValue', 'The marker is not valid.');
}
