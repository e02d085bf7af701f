/** Sites: each where no other is, with releases that are in none, and a distribution that CloudFront takes. */
import type { Draft } from '../draft.ts';
import type { DraftPlace, DraftSite } from '../draft-sites.ts';
import { siteResourceId } from '../logical-ids.ts';
import { type Mistake, type Path, quote } from '../mistakes.ts';

export function siteMistakes({ sites }: Draft): Mistake[] {
  return sites.flatMap((site, index) => {
    const earlier = sites.slice(0, index);
    return [
      ...nameMistakes(site, earlier),
      ...wildcardMistakes(site),
      ...placeMistakes(site, earlier),
      ...releasesMistakes(site, sites, earlier),
      ...distributionMistakes(site),
    ];
  });
}

function nameMistakes({ name, path }: DraftSite, earlier: readonly DraftSite[]): Mistake[] {
  if (name === undefined) return [];
  const at = [...path, 'name'];
  if (earlier.some((other) => other.name === name))
    return [{ path: at, message: `"${name}" is the name of another site; expected each name once` }];
  const id = siteResourceId(name, 'Bucket');
  const twin = earlier.find(
    (other) => other.name !== undefined && siteResourceId(other.name, 'Bucket') === id,
  );
  if (!twin) return [];
  const message = `"${name}" gives the same resources as site "${twin.name}" (${id}); expected names that differ in more than their hyphens`;
  return [{ path: at, message }];
}

/** IAM takes these for wildcards, and would let the functions and CloudFront at more than the folder. */
function wildcardMistakes(site: DraftSite): Mistake[] {
  return [site, site.releases]
    .filter(({ prefix }) => /[*?]/.test(prefix))
    .map(({ path, prefix }) => ({
      path: [...path, 'prefix'],
      message: `${quote(prefix)} has "*" or "?" in it; expected a prefix without, since IAM takes them for wildcards`,
    }));
}

/** Whether one lies in the other. Of a bucket that the stack makes nobody else can say so. */
const overlap = (one: DraftPlace, other: DraftPlace): boolean =>
  one.bucket !== undefined &&
  one.bucket === other.bucket &&
  (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix));

const calledOf = ({ name, path }: DraftSite): string =>
  name === undefined ? `sites[${path[1]}]` : `site "${name}"`;

/** Where the fault can be mended: at the prefix, if the plan has one. */
const placeOf = ({ path, prefix }: DraftPlace): Path => [...path, prefix === '' ? 'bucket' : 'prefix'];

function placeMistakes(site: DraftSite, earlier: readonly DraftSite[]): Mistake[] {
  const other = earlier.find((candidate) => overlap(site, candidate));
  if (!other) return [];
  const same = other.prefix === site.prefix;
  const message = same
    ? `${quote(site.bucket)} holds ${calledOf(other)} already; expected another bucket, or prefixes of their own for both`
    : `${quote(site.prefix)} overlaps ${calledOf(other)}, which has the prefix ${quote(other.prefix)} of the same bucket; expected prefixes of which none begins with the other`;
  return [{ path: placeOf(site), message }];
}

function releasesMistakes(
  { name, releases }: DraftSite,
  sites: readonly DraftSite[],
  earlier: readonly DraftSite[],
): Mistake[] {
  const inside = sites.find((site) => overlap(releases, site));
  if (inside) {
    const message = `${placeText(releases)} overlaps ${calledOf(inside)}: its visitors would see the archives, or its files would be taken for releases; expected a bucket or a prefix apart from every site`;
    return [{ path: placeOf(releases), message }];
  }
  const shared = earlier.find((site) => site.name !== name && overlap(releases, site.releases));
  if (!shared) return [];
  const message = `${placeText(releases)} overlaps the releases of ${calledOf(shared)}, so that an archive would be published to both; expected a prefix of its own for each`;
  return [{ path: placeOf(releases), message }];
}

const placeText = ({ bucket, prefix }: DraftPlace): string =>
  quote(typeof bucket === 'string' ? `s3://${bucket}/${prefix}` : prefix);

function distributionMistakes({ path, distribution, hasDistributions }: DraftSite): Mistake[] {
  if (!distribution) return [];
  if (hasDistributions) {
    const message =
      'is one that the stack would make, beside "distributions" of your own; expected one of the two keys';
    return [{ path: [...path, 'distribution'], at: 'key', message }];
  }
  const at = [...path, 'distribution'];
  return [...domainMistakes(distribution, at), ...pageMistakes(distribution, at)];
}

function domainMistakes({ aliases, certificate }: Record<string, unknown>, at: Path): Mistake[] {
  if (aliases !== undefined && certificate === undefined) {
    const message =
      'need a certificate; expected "certificate" beside them, the ARN of one in us-east-1 that names them';
    return [{ path: [...at, 'aliases'], at: 'key', message }];
  }
  if (certificate === undefined || typeof certificate !== 'string') return [];
  const mistakes: Mistake[] = [];
  const region = certificate.split(':')[3];
  if (certificate.startsWith('arn:') && region !== 'us-east-1') {
    const message = `the certificate is in ${region}; expected one in us-east-1, the only region that CloudFront takes them from`;
    mistakes.push({ path: [...at, 'certificate'], message });
  }
  if (aliases === undefined) {
    const message = 'has no meaning by itself; expected "aliases" beside it';
    mistakes.push({ path: [...at, 'certificate'], at: 'key', message });
  }
  return mistakes;
}

function pageMistakes({ spa, errorPage, folders }: Record<string, unknown>, at: Path): Mistake[] {
  if (spa !== true) return [];
  return [...(errorPage === undefined ? [] : ['errorPage']), ...(folders === true ? ['folders'] : [])].map(
    (key) => ({
      path: [...at, key],
      at: 'key' as const,
      message:
        'has no meaning with "spa", which answers all that is not there with the index; expected one of the two',
    }),
  );
}
