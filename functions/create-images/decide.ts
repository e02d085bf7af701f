/** Of which instances an image is made in this slot, under which name, and with which tags. */
import type { Instance } from '../../shared/aws/ec2-instances.ts';
import type { StandingBackup } from '../../shared/backups/backup.ts';
import { backupTags, type NewBackup } from '../../shared/backups/backup-tags.ts';
import { imageName } from '../../shared/backups/image-name.ts';
import type { Creation, Keeping } from '../../shared/backups/take.ts';
import { slotId } from '../../shared/slot.ts';
import { extraTagKeys, type Tags } from '../../shared/tags.ts';

export type ImageDecision = ImageCreation | (Keeping & { reason: KeepReason });

export interface ImageCreation extends Creation {
  name: string;
  /** The devices whose volumes are left out. */
  withoutDevices: readonly string[];
  snapshotTags: Tags;
}

export type KeepReason =
  | 'already-taken'
  | 'instance-pending'
  | 'instance-without-volumes'
  | 'instance-not-found'
  | 'max-actions';

export interface Seen {
  instances: readonly Instance[];
  /** The instances that the selector names one by one. */
  namedIds: readonly string[];
  /** Our images that carry this slot's tag, and what is left of such. */
  ofSlot: readonly StandingBackup[];
}

export interface ImageOrder extends NewBackup {
  dataVolumes: boolean;
  maxActions: number | undefined;
}

export function decideImages(seen: Seen, order: ImageOrder): ImageDecision[] {
  // What changes while it is paged through may come twice.
  const instances = new Map(seen.instances.map((instance) => [instance.id, instance]));
  const taken = new Map<string, StandingBackup>();
  for (const backup of seen.ofSlot) {
    // What failed is no backup: the slot is taken again.
    if (backup.source !== undefined && backup.state !== 'error') taken.set(backup.source, backup);
  }
  const standingNames = new Set(seen.ofSlot.map(({ id }) => id));
  // Those of earlier tries count too: a try that failed for this limit must not take more each time.
  let creations = [...instances.keys()].filter((id) => taken.has(id)).length;
  const decisions = [...instances.values()].map((instance): ImageDecision => {
    const backup = taken.get(instance.id);
    if (backup) return { kind: 'keep', resource: instance.id, reason: 'already-taken', backup };
    const reason = reasonToKeep(instance);
    if (reason) return { kind: 'keep', resource: instance.id, reason };
    creations += 1;
    if (creations > (order.maxActions ?? Number.POSITIVE_INFINITY)) {
      return { kind: 'keep', resource: instance.id, reason: 'max-actions' };
    }
    return imageToMake(instance, standingNames, order);
  });
  for (const id of new Set(seen.namedIds)) {
    if (!instances.has(id)) decisions.push({ kind: 'keep', resource: id, reason: 'instance-not-found' });
  }
  return decisions;
}

/** An image is made of a running or a stopped instance, and of EBS volumes: EC2 API reference, CreateImage. */
function reasonToKeep({ state, volumes }: Instance): KeepReason | undefined {
  if (state === 'pending') return 'instance-pending';
  return volumes.length === 0 ? 'instance-without-volumes' : undefined;
}

function imageToMake(
  { id: source, tags, volumes, rootDevice }: Instance,
  standingNames: ReadonlySet<string>,
  order: ImageOrder,
): ImageCreation {
  const backup = { owner: order.owner, slot: slotId(order.slot), source };
  let attempt = 1;
  while (standingNames.has(imageName(backup, attempt))) attempt += 1;
  const name = imageName(backup, attempt);
  const devices = volumes.map(({ device }) => device).filter((device) => device !== rootDevice);
  const { leftOut, tags: ofImage } = backupTags({ id: source, tags }, order);
  return {
    kind: 'create',
    source,
    backupKind: 'image',
    tags: ofImage,
    leftOut,
    name,
    withoutDevices: order.dataVolumes ? [] : devices,
    snapshotTags: { ...ofImage, [extraTagKeys.image]: name },
  };
}
