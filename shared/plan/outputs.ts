/** What the stack says of itself: for people, and for `npm run sync`. */
import { domainOf, idOf } from './distributions.ts';
import { siteOutputId } from './logical-ids.ts';
import type { Plan } from './plan.ts';
import { bucketOf, releasesBucketOf, type Site } from './site.ts';
import { filledIn } from './template.ts';

export type Outputs = Record<string, { Description: string; Value: unknown }>;

export function outputsOf(plan: Plan, owner: string): Outputs {
  return {
    Owner: {
      Description: 'The value of the tag groundskeeper:owner, and the name of the ledger',
      Value: owner,
    },
    Ledger: { Description: 'The kind of ledger', Value: plan.ledger },
    ...Object.assign({}, ...plan.sites.map(siteOutputs)),
  };
}

function siteOutputs(site: Site): Outputs {
  const { name, cdn, releases } = site;
  return {
    [siteOutputId(name, 'Bucket')]: {
      Description: `The bucket of the site ${name}`,
      Value: filledIn(bucketOf(site)),
    },
    [siteOutputId(name, 'Releases')]: {
      Description: `Where release archives of the site ${name} are uploaded to`,
      Value: filledIn(`s3://${releasesBucketOf(site)}/${releases.prefix}`),
    },
    ...(cdn.kind === 'made' && {
      [siteOutputId(name, 'Distribution')]: {
        Description: `The distribution of the site ${name}`,
        Value: idOf(name),
      },
      [siteOutputId(name, 'Domain')]: {
        Description: `Where the site ${name} answers; a domain name of your own leads here`,
        Value: domainOf(name),
      },
    }),
  };
}
