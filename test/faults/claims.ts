/** What a run says that it did, against what the account shows. */
import type { Outcome, Report } from '../../shared/report.ts';
import { extraTagKeys, tagKeys } from '../../shared/tags.ts';
import { groupChecks } from './claims-groups.ts';
import type { LogLine } from './invocation.ts';
import type { Look, SeenRow, SeenSnapshot } from './look.ts';
import type { ObjectHistory } from './look-objects.ts';
import { region as home } from './world.ts';

export type Claim = Pick<Outcome, 'resource' | 'decision' | 'reason' | 'detail'>;

/** By decision: whether the account shows what `done` says. A function with a new kind of decision adds it here. */
const checks: Readonly<Record<string, (claim: Claim, seen: Look) => boolean>> = {
  create: ({ resource, detail = '' }, { snapshots }) => {
    const [id = ''] = detail.split(';');
    const members = [...snapshots.values()].filter(({ tags }) => tags[extraTagKeys.set] === id);
    if (members.length > 0) return members.every((member) => keepsClaim(member, resource, detail));
    const ofImage = [...snapshots.values()].filter(({ image }) => image === id);
    if (ofImage.length > 0) return isWholeImage(ofImage, resource);
    return snapshots.get(id)?.tags[tagKeys.source] === resource;
  },
  delete: ({ resource, detail = '' }, { snapshots, history }) =>
    isGone(resource, history) &&
    ![...snapshots.values()].some((part) => isNamed(resource, part) && isThere(part, detail)),
  upload: ({ resource }, { history }) => history.stood.has(resource),
  headers: ({ resource }, { history }) => history.stood.has(resource),
  enqueue: () => true, // what a queue holds, the account does not show
  // A set's id, which another row of it names, reads like a key.
  forget: ({ resource, reason }, { rows }) =>
    !rows.has(resource) &&
    (reason === 'has-another-row' || ![...rows].some(([key, row]) => isRowOf(resource, key, row))),
  // Others may have deleted backup and row since: then neither stands.
  record: ({ resource }, { rows, snapshots }) =>
    [...rows.values()].some((row) => row['resource'] === resource) ||
    (resource.startsWith('snap-') && !snapshots.has(resource)),
  retag: ({ resource, detail = '' }, { snapshots }) => {
    const parts = [...snapshots.values()].filter((part) => isPartOf(resource, part));
    return parts.length > 0 && parts.every(({ tags }) => detail.endsWith(`to ${tags[tagKeys.expires]}`));
  },
  promote: ({ resource, detail = '' }, { snapshots }) => {
    const parts = [...snapshots.values()].filter((part) => isPartOf(resource, part));
    const told = ({ tags }: SeenSnapshot) =>
      detail.endsWith(`becomes ${tags[tagKeys.slot]}, and stays until ${tags[tagKeys.expires]}`);
    return parts.length > 0 && parts.every(told);
  },
  copy: ({ resource, detail = '' }, { snapshots }) => {
    const [region = '', id = ''] = detail.split('; ')[0]?.split(': ') ?? [];
    const copy = [...snapshots.values()].find((one) => one.id === id && one.region === region);
    return copy?.tags[extraTagKeys.copyOf]?.endsWith(`/${resource}`) === true;
  },
  settle: ({ resource, detail = '' }, { snapshots }) => {
    const [region = '', ids = ''] = detail.split('; ');
    const parts = [...snapshots.values()].filter((part) => isPartOf(resource, part));
    const says = parts.every(({ tags }) => tags[extraTagKeys.copies]?.includes(`${region}:done`));
    const there = [...snapshots.values()].filter((copy) => copy.region === region);
    const stand = ids
      .split(', ')
      .every((id) => there.some((copy) => copy.id === id && copy.state === 'completed'));
    return parts.length > 0 && says && stand;
  },
  invalidate: ({ resource, detail = '' }, { invalidations }) =>
    invalidations
      .get(`${resource}/${detail.split('; ')[0]}`)
      ?.paths.every((path) => detail.includes(path)) === true,
  measure: () => true, // of metrics the account shows nothing
  ...groupChecks,
};

const isGone = (resource: string, { gone }: ObjectHistory): boolean =>
  !resource.startsWith('s3://') || gone.has(resource);

/** A member of a set that is said to be more than crash-consistent has to say so. */
const keepsClaim = ({ tags }: SeenSnapshot, resource: string, detail: string): boolean => {
  const consistency = detail.includes('application-consistent') ? 'application' : 'crash';
  return tags[tagKeys.source] === resource && tags[extraTagKeys.consistency] === consistency;
};

/** The image and its snapshots, all of this instance. */
const isWholeImage = (parts: readonly SeenSnapshot[], instance: string): boolean =>
  parts.some(({ id }) => id.startsWith('ami-')) &&
  parts.length > 1 &&
  parts.every(({ tags }) => tags[tagKeys.source] === instance);

/** Of the snapshot, set or image of this name, not of its copies. */
const isPartOf = (resource: string, part: SeenSnapshot): boolean =>
  isNamed(resource, part) && part.tags[extraTagKeys.copyOf] === undefined;

const isNamed = (resource: string, { id, image, tags }: SeenSnapshot): boolean =>
  [id, tags[extraTagKeys.set], image].includes(resource);

/** A deletion names the region if it is not our own: a set and its copy have one name. */
const isThere = ({ region }: SeenSnapshot, detail: string): boolean =>
  region === (/, ([a-z]{2}-[a-z]+-\d)\b/.exec(detail)?.[1] ?? home);

const isRowOf = (resource: string, key: string, row: SeenRow) =>
  key === resource || row['resource'] === resource;

/** Every outcome is logged as it comes, so that what a dead or failed run has said is checked too. */
export function brokenClaims(log: readonly LogLine[], seen: Look): string[] {
  const claims = log
    .filter(({ message }) => message === 'resource.done')
    .map(({ values }) => values as unknown as Claim);
  const broken = claims.filter((claim) => !checks[claim.decision]?.(claim, seen));
  const summary = log.find(({ message }) => message === 'run.finished' || message === 'run.aborted');
  const counted = (summary?.values as unknown as Report | undefined)?.summary.done ?? claims.length;
  return [
    ...broken.map(
      ({ decision, resource }) =>
        `the run says "${decision} ${resource}: done", and the account does not show it`,
    ),
    ...(counted === claims.length ? [] : [`the report counts ${counted} done, the log ${claims.length}`]),
  ];
}
