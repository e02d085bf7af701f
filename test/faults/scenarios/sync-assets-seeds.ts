/** What the scenarios of sync-assets start from. */
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { syncAssets } from '../../../functions/sync-assets/run.ts';
import { entrypoint } from '../../../shared/entrypoint.ts';
import type { Scenario, Seeded } from '../scenario.ts';
import { Visitor, type Watched } from '../visitor.ts';
import type { World } from '../world.ts';
import { runMeanwhile } from './meanwhile.ts';
import { aRelease, archiveOf, place, type Release, releasesPlace, upload } from './releases.ts';

export const start = new Date('2026-11-20T02:00:00Z');
const hour = 3_600;

export const handlerOf: Scenario['handlerOf'] = (tools) => entrypoint(syncAssets, tools);

export const one = aRelease('one', 'news.html');
export const two = aRelease('two', 'contact.html');
export const three = aRelease('three', 'imprint.html');

/** As the plan's compiler writes it into schedules and rules. */
export const job = {
  site: 'www',
  ...place,
  releases: releasesPlace,
  exclude: ['private/**'],
  keepReleases: 3,
};

/** With cache rules that are not those of the release before. */
export const jobWithNewRules = { ...job, headers: [{ match: '*.png', cacheControl: 'public, max-age=60' }] };

/** In the site's bucket, and not the site's: outside its prefix, excluded, brought by another hand. */
export const others = ['elsewhere/index.html', 'www/private/notes.html', 'www/google1234.html'];

export const put = ({ s3 }: World, key: string, body: string) =>
  s3.send(new PutObjectCommand({ Bucket: place.bucket, Key: key, Body: body, ContentType: 'text/plain' }));

export const remove = ({ s3 }: World, key: string) =>
  s3.send(new DeleteObjectCommand({ Bucket: place.bucket, Key: key }));

/** The two buckets, that of releases with versions or without, and what others have put there. */
export async function makeBuckets(world: World, Status: 'Enabled' | 'Suspended' = 'Enabled'): Promise<void> {
  const { s3 } = world;
  const Bucket = releasesPlace.bucket;
  await s3.send(new CreateBucketCommand({ Bucket: place.bucket }));
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  for (const key of others) await put(world, key, `${key} is not yours`);
}

/** Uploads the release's archive, by default an hour after what was before; answers what its event starts. */
export async function uploaded(
  world: World,
  release: Release,
  ofJob: object = job,
  seconds = hour,
): Promise<Record<string, unknown>> {
  world.time.moveBy(seconds);
  return { job: ofJob, event: await upload(world, release.name, archiveOf(release)) };
}

/** Uploads and publishes it; answers the event. */
export async function published(
  world: World,
  release: Release,
  ofJob: object = job,
): Promise<Record<string, unknown>> {
  const event = await uploaded(world, release, ofJob);
  await run(world, event);
  return event;
}

export const run = (world: World, event: Record<string, unknown>): Promise<void> =>
  runMeanwhile(world, syncAssets, event);

/** @param expected the release that stands in the end, asked when it is over */
export function watched(
  world: World,
  expected: () => Release,
  more: Partial<Watched> = {},
): { visitor: Visitor } & Required<Pick<Seeded, 'settled' | 'observed'>> {
  const isUntouchable = (key: string) => others.includes(key) || !key.startsWith(place.prefix);
  const visitor = new Visitor(world, { ...place, isUntouchable, ...more });
  return {
    visitor,
    settled: () => visitor.unlike(expected()),
    observed: () => visitor.observed(),
  };
}
