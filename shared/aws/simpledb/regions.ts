/**
 * The regions that have SimpleDB, and the host of each.
 * Source: AWS General Reference, "Amazon SimpleDB endpoints and quotas". No region was added since 2013.
 */
export const simpleDbRegions = [
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'eu-west-1',
  'sa-east-1',
  'us-east-1',
  'us-west-1',
  'us-west-2',
] as const;

export type SimpleDbRegion = (typeof simpleDbRegions)[number];

/** Whether AWS runs SimpleDB in this region. */
export function hasSimpleDb(region: string): region is SimpleDbRegion {
  return (simpleDbRegions as readonly string[]).includes(region);
}

/** The service's host in a region: the oldest one has no region in its name. */
export function simpleDbHost(region: SimpleDbRegion): string {
  return region === 'us-east-1' ? 'sdb.amazonaws.com' : `sdb.${region}.amazonaws.com`;
}
