/** A site for a person: where it lies, who serves it, and where its releases come from. */
import { timeText } from './cadence.ts';
import { bucketOf, releasesBucketOf, type Site } from './site.ts';
import { indented } from './text-table.ts';

export function siteText(site: Site): string[] {
  const { name, prefix, releases } = site;
  const madeOrNot = (bucket: string | undefined) => (bucket === undefined ? 'made by the stack' : 'your own');
  const lines = [
    `in ${place(bucketOf(site), prefix)} (${madeOrNot(site.bucket)}), index ${site.index}`,
    cdnText(site),
    `releases uploaded to ${place(releasesBucketOf(site), releases.prefix)} (${madeOrNot(releases.bucket)}) are published at once`,
    site.verifyAt === undefined
      ? 'never verified by itself'
      : `verified every night at ${timeText(site.verifyAt)}`,
  ];
  return [`Site ${name}`, indented(lines)];
}

const place = (bucket: string, prefix: string): string => `s3://${bucket}/${prefix}`;

function cdnText({ cdn }: Site): string {
  switch (cdn.kind) {
    case 'made': {
      const { aliases, priceClass, spa, folders } = cdn.settings;
      const ways = [spa && 'a single-page app', folders && 'with folders'].filter((way) => way !== false);
      const called = aliases.length > 0 ? ` as ${aliases.join(', ')}` : '';
      return [`served by a distribution that the stack makes${called}`, priceClass, ...ways].join(', ');
    }
    case 'own':
      return `served by your distributions ${cdn.ids.join(', ')}`;
    case 'found':
      return 'served by your distributions that have the bucket and prefix as their origin';
  }
}
