/** Which of CloudFront's operations a request is: it has them in method and path. */

const version = '/2020-05-31/';

const routes: readonly (readonly [method: string, path: RegExp, action: string])[] = [
  ['GET', /^distribution$/, 'ListDistributions'],
  ['POST', /^distribution$/, 'CreateDistribution'],
  ['GET', /^distribution\/([^/]+)\/config$/, 'GetDistributionConfig'],
  ['POST', /^distribution\/([^/]+)\/invalidation$/, 'CreateInvalidation'],
  ['GET', /^distribution\/([^/]+)\/invalidation$/, 'ListInvalidations'],
  ['GET', /^distribution\/([^/]+)\/invalidation\/([^/]+)$/, 'GetInvalidation'],
];

export interface Operation {
  action: string;
  /** As the SDK names them. */
  parameters: Record<string, string>;
}

/** Undefined: one that moto may know. */
export function cloudFrontOperation(method: string | undefined, url: URL): Operation | undefined {
  if (!url.pathname.startsWith(version)) return undefined;
  const path = url.pathname.slice(version.length);
  for (const [verb, pattern, action] of routes) {
    const match = verb === method ? pattern.exec(path) : null;
    if (!match) continue;
    const [, first, second] = match;
    const names = second === undefined ? { Id: first } : { DistributionId: first, Id: second };
    const given = Object.entries({ ...names, ...Object.fromEntries(url.searchParams) });
    const isGiven = (entry: [string, string | undefined]): entry is [string, string] =>
      entry[1] !== undefined;
    return { action, parameters: Object.fromEntries(given.filter(isGiven)) };
  }
  return undefined;
}
