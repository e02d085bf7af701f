/** Carries the decisions out: an image of each instance. */
import { createImage, imagesByName } from '../../shared/aws/ec2-images.ts';
import { awsErrorOf, natureOf } from '../../shared/aws/errors.ts';
import type { Appointment } from '../../shared/backups/appointment.ts';
import { type Ending, takeAll } from '../../shared/backups/take.ts';
import { AutomationError } from '../../shared/errors.ts';
import { slotId } from '../../shared/slot.ts';
import { tagKeys } from '../../shared/tags.ts';
import type { HomeClients } from '../../shared/tools.ts';
import type { ImageCreation, ImageDecision } from './decide.ts';
import type { CreateImagesJob } from './job.ts';

type ImageAppointment = Appointment<CreateImagesJob, HomeClients>;

const endings: Record<string, Ending> = {
  'instance-not-found': { name: 'InstanceNotFound', what: 'such instance' },
  'instance-without-volumes': { name: 'InstanceWithoutVolumes', what: 'EBS volume attached to it' },
  // In a moment it runs: Lambda's retry finds it so.
  'instance-pending': 'deferred',
};

export async function makeImages(
  decisions: readonly ImageDecision[],
  appointment: ImageAppointment,
): Promise<void> {
  await takeAll<CreateImagesJob, HomeClients, ImageCreation>(decisions, {
    ...appointment,
    endings,
    // CreateImage refills at 5 a second: more at once would only be throttled.
    creationsAtOnce: 5,
    create: (creation) => make(creation, appointment),
  });
}

/** Something else has the name. */
class ImageNameTakenError extends AutomationError {
  override name = 'ImageNameTakenError';
}

async function make(
  { source, name, tags, snapshotTags, withoutDevices }: ImageCreation,
  { slot, run }: ImageAppointment,
): Promise<{ id: string; detail: string }> {
  const { aws, job, owner } = run;
  const find = async () => {
    const standing = (await imagesByName(aws, [name])).get(name);
    // By its owner and source: it may have been promoted since.
    const isIt = standing?.tags[tagKeys.owner] === owner && standing.tags[tagKeys.source] === source;
    return isIt ? standing.id : undefined;
  };
  const description = `Groundskeeper ${slotId(slot)}`;
  const image = {
    instanceId: source,
    name,
    description,
    reboot: job.reboot,
    withoutDevices,
    tags,
    snapshotTags,
  };
  try {
    return { id: name, detail: await createImage(aws, image, find) };
  } catch (error) {
    if (natureOf(error) !== 'exists') throw error;
    const found = await find();
    if (found !== undefined) return { id: name, detail: found };
    // EC2 may keep a name for a while after its image is gone.
    const { message } = awsErrorOf(error);
    throw new ImageNameTakenError(
      `An image that is not ours has the name ${name}, or had it just now: ${message}`,
      {
        cause: error,
      },
    );
  }
}
