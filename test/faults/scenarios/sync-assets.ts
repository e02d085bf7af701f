import { PutObjectCommand } from '@aws-sdk/client-s3';
import { partBytes } from '../../../shared/sites/content-tag.ts';
import type { Scenario } from '../scenario.ts';
import { archiveOf, place, type Release, releasesPlace, upload } from './releases.ts';
import {
  handlerOf,
  job,
  jobWithNewRules,
  makeBuckets,
  one,
  published,
  put,
  remove,
  run,
  start,
  three,
  two,
  uploaded,
  watched,
} from './sync-assets-seeds.ts';

/** Nothing there yet but what is another's. */
const first: Scenario = {
  name: 'sync-assets/first',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const event = await uploaded(world, one);
    return { event, ...watched(world, () => one) };
  },
};

/**
 * The second changes two pages and a picture, brings a page and a script, and leaves a page and a script out;
 * its rules have another header for a picture. Meanwhile another hand changes or deletes a file, or a third
 * release comes.
 */
const second: Scenario = {
  name: 'sync-assets/second',
  stores: ['simpledb'],
  thorough: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    let newest: Release = two;
    const { visitor, settled, observed } = watched(world, () => newest);
    await published(world, one);
    const event = await uploaded(world, two, jobWithNewRules);
    const logo = `${place.prefix}logo.svg`;
    return {
      event,
      settled,
      observed,
      meanwhile: {
        'file-changed': () => visitor.asSomeoneElse(() => put(world, logo, 'drawn by hand')),
        'page-deleted': () => visitor.asSomeoneElse(() => remove(world, `${place.prefix}about.html`)),
      },
      alongside: {
        'next-release': async () => {
          newest = three;
          return uploaded(world, three, jobWithNewRules, 1);
        },
      },
    };
  },
};

/** By hand, from a folder of another bucket: S3 copies it by itself. */
const folder: Scenario = {
  name: 'sync-assets/folder',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const visit = watched(world, () => two);
    await published(world, one);
    const from = { bucket: releasesPlace.bucket, prefix: `${releasesPlace.prefix}built/` };
    for (const [path, Body] of Object.entries(two.files)) {
      await world.s3.send(
        new PutObjectCommand({ Bucket: from.bucket, Key: from.prefix + path, Body, Tagging: 'by=ci' }),
      );
    }
    return { event: { ...job, from }, ...visit };
  },
};

/** By hand, to a release by its name. */
const rollback: Scenario = {
  name: 'sync-assets/rollback',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const visit = watched(world, () => one);
    await published(world, one);
    await published(world, two);
    world.time.moveBy(60);
    return { event: { ...job, release: 'one' }, ...visit };
  },
};

/** A delivery of the second release's event comes late, after a rollback to the first. */
const redelivered: Scenario = {
  name: 'sync-assets/redelivered',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const visit = watched(world, () => one);
    await published(world, one);
    const event = await published(world, two);
    await run(world, { ...job, release: 'one' });
    return { event, ...visit };
  },
};

/** The event of an upload comes after that of a later one. */
const overtaken: Scenario = {
  name: 'sync-assets/overtaken',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const visit = watched(world, () => three);
    await published(world, one);
    const event = await uploaded(world, two);
    await published(world, three);
    return { event, ...visit };
  },
};

/** The archive ends in the middle; its bucket keeps no versions. */
const cutShort: Scenario = {
  name: 'sync-assets/cut-short',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world, 'Suspended');
    const visit = watched(world, () => one);
    await published(world, one);
    const whole = archiveOf(two);
    world.time.moveBy(3_600);
    const event = { job, event: await upload(world, 'two', whole.subarray(0, whole.length / 2)) };
    return { event, endsWith: 'SourceError', ...visit };
  },
};

/** At night: other hands have changed a page and a picture, and deleted a page. */
const verify: Scenario = {
  name: 'sync-assets/verify',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const { visitor, settled, observed } = watched(world, () => one, { mends: true });
    await published(world, one);
    world.time.moveBy(3_600);
    await visitor.asSomeoneElse(async () => {
      await put(world, `${place.prefix}about.html`, 'changed by hand');
      await put(world, `${place.prefix}logo.svg`, 'drawn by hand');
      await remove(world, `${place.prefix}news.html`);
    });
    return { event: { ...job, verify: true }, settled, observed };
  },
};

/** The first release is kept no longer, and its time of grace is over. */
const outdated: Scenario = {
  name: 'sync-assets/outdated',
  stores: ['simpledb'],
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const short = { ...job, keepReleases: 1, grace: '1 hour' };
    const mayGo = new Set(Object.keys(one.files));
    const visit = watched(world, () => three, { mayGo });
    await published(world, one, short);
    await published(world, two, short);
    const event = await uploaded(world, three, short);
    return { event, ...visit };
  },
};

const aFilm = 'some frames of a film. '.repeat(Math.ceil((partBytes + 1_000_000) / 23));
const film = { name: 'film', files: { 'index.html': '<title>release film', 'film.bin': aFilm } };

/** A file that goes in parts. */
const large: Scenario = {
  name: 'sync-assets/large',
  stores: ['simpledb'],
  sparing: true,
  start,
  handlerOf,
  seed: async (world) => {
    await makeBuckets(world);
    const visit = watched(world, () => film);
    return { event: await uploaded(world, film), ...visit };
  },
};

export const syncAssetsScenarios: readonly Scenario[] = [
  first,
  second,
  folder,
  rollback,
  redelivered,
  overtaken,
  cutShort,
  verify,
  outdated,
  large,
];
