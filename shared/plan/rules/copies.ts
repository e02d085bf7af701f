/** Copies: elsewhere, each region once, of tiers that exist, and for as long as a tier's own backups have to stand. */
import type { Draft, DraftBackup, DraftCopy } from '../draft.ts';
import type { Mistake } from '../mistakes.ts';
import { suggestion } from '../nearest.ts';
import { meantRegion } from '../regions.ts';
import { endsTooSoon } from './retention.ts';

export function copyMistakes({ backups }: Draft, home: string): Mistake[] {
  return backups.flatMap((backup) => [
    ...imageMistakes(backup),
    ...backup.copies.flatMap((copy, index) => [
      ...regionMistakes(copy, backup.copies.slice(0, index), home),
      ...keyMistakes(copy),
      ...copy.keep.flatMap((kept) => tierMistakes(kept, copy, backup)),
    ]),
  ]);
}

function imageMistakes({ path, subjects, copies }: DraftBackup): Mistake[] {
  if (copies.length === 0 || !subjects.some(({ kind }) => kind === 'images')) return [];
  return [
    {
      path: [...path, 'copies'],
      at: 'key',
      message:
        'cannot be made of images; expected no copies here: back up the same instances under `instances`, whose sets can be copied',
    },
  ];
}

function regionMistakes({ path, region }: DraftCopy, earlier: readonly DraftCopy[], home: string): Mistake[] {
  if (region === undefined) return [];
  const meant = meantRegion(region);
  if (meant) {
    const message = `"${region}" is not a region of AWS; did you mean "${meant}"? One that is newer belongs into shared/plan/regions.ts`;
    return [{ path: [...path, 'region'], message }];
  }
  if (region === home) {
    const message = `"${region}" is where the backups are; expected another region`;
    return [{ path: [...path, 'region'], message }];
  }
  if (!earlier.some((other) => other.region === region)) return [];
  const message = `"${region}" is the region of another copy; expected each region once`;
  return [{ path: [...path, 'region'], message }];
}

/** A copy is encrypted with a key of its own region: EC2 API reference, CopySnapshot: KmsKeyId. */
function keyMistakes({ path, region, kmsKey }: DraftCopy): Mistake[] {
  if (region === undefined || meantRegion(region) || !kmsKey?.startsWith('arn:')) return [];
  const keyRegion = kmsKey.split(':')[3];
  if (keyRegion === region) return [];
  return [
    {
      path: [...path, 'kmsKey'],
      message: `the key is in ${keyRegion}; expected one in ${region}, where the copies are`,
    },
  ];
}

function tierMistakes(
  { tier: name, duration }: DraftCopy['keep'][number],
  copy: DraftCopy,
  { tiers }: DraftBackup,
): Mistake[] {
  const path = [...copy.path, 'keep', name];
  const tier = tiers.find((candidate) => candidate.name === name);
  if (tier) return duration && tier.cadence ? endsTooSoon(duration, tier.cadence, path) : [];
  const names = tiers.flatMap((candidate) => candidate.name ?? []);
  // A tier without a name that can be read may be the one that is meant.
  if (names.length < tiers.length || names.length === 0) return [];
  return [
    {
      path,
      at: 'key',
      message: `is not a tier of this backup${suggestion(name, names) || ';'} expected one of ${names.join(', ')}`,
    },
  ];
}
