/** What a backup is of: one schema a kind, of the fields that the kind's job has. */
import { z } from 'zod';
import { createImagesJob } from '../../../functions/create-images/job.ts';
import {
  databaseSelectorField,
  instanceBackupField,
  instanceSelectorField,
  volumeSelectorField,
} from '../../job.ts';
import { described, oneOfKeys, tags } from './fields.ts';

const volumeExample = ['vol-0123456789abcdef0'];
const instanceExample = ['i-0123456789abcdef0'];

const volumes = z
  .strictObject({
    ids: described(volumeSelectorField.shape.ids, 'Volumes by id, 200 at most.', [volumeExample]),
    tags: tags.optional(),
  })
  .meta({
    description: 'EBS volumes, each backed up by itself: exactly one of `ids` and `tags`.',
    ...oneOfKeys(['ids', 'tags']),
  });

const set = instanceBackupField.shape;
const instances = z
  .strictObject({
    ids: described(set.ids, 'Instances by id, 200 at most.', [instanceExample]),
    tags: tags.optional(),
    bootVolume: described(set.bootVolume, 'Whether the boot volume is part of the set.'),
    excludeVolumes: described(
      set.excludeVolumes,
      'Volumes that are left out of the sets, by id, 40 at most; the boot volume is left out by `bootVolume: false`.',
      [volumeExample],
    ),
    freeze: described(
      set.freeze,
      'Mount points that are frozen for the moment in which a set is begun, by way of SSM. Never `/`, nor what the SSM agent writes to.',
      [['/var/www']],
    ),
    freezeSeconds: described(
      set.freezeSeconds,
      'With `freeze`: after so long, 10 to 600 seconds, the instance thaws by itself, whatever has become of the run.',
    ),
    unfrozen: described(
      set.unfrozen,
      'With `freeze`, `before` or `after`: what to do if the freeze or a command cannot be confirmed. `refuse`: no set, and the run fails; `take`: a set that is tagged crash-consistent.',
    ),
    before: described(
      set.before,
      "Shell commands that run on the instance, as root, before the freeze, such as a database's flush; 20 at most.",
      [['sync']],
    ),
    after: described(set.after, 'Shell commands that run on the instance, as root, after the thaw.'),
    commandSeconds: described(
      set.commandSeconds,
      'With `before` or `after`: how long all of each may take, 5 to 600 seconds.',
    ),
  })
  .meta({
    description:
      'EC2 instances: the snapshots of the volumes of each are taken at one moment and kept as one set. Exactly one of `ids` and `tags`.',
    ...oneOfKeys(['ids', 'tags']),
  });

const database = databaseSelectorField.shape;
const databases = z
  .strictObject({
    instances: described(database.instances, 'RDS instances by identifier, 100 at most.', [['orders']]),
    clusters: described(database.clusters, 'Aurora and Multi-AZ clusters by identifier, 100 at most.', [
      ['ledger'],
    ]),
    tags: tags.optional(),
  })
  .meta({
    description:
      'Databases of RDS: `instances`, `clusters` or both; or `tags`, which choose among instances and clusters alike.',
    oneOf: [
      { required: ['tags'] },
      { anyOf: [{ required: ['instances'] }, { required: ['clusters'] }], not: { required: ['tags'] } },
    ],
  });

const images = z
  .strictObject({
    ids: described(instanceSelectorField.shape.ids, 'Instances by id, 200 at most.', [instanceExample]),
    tags: tags.optional(),
    reboot: described(
      createImagesJob.shape.reboot,
      'Whether the instance is stopped and started again, so that its file systems are whole in the image.',
    ),
    dataVolumes: described(
      createImagesJob.shape.dataVolumes,
      'Whether the data volumes are in the image, or the boot volume alone.',
    ),
  })
  .meta({
    description: 'EC2 instances, of which images (AMIs) are made: exactly one of `ids` and `tags`.',
    ...oneOfKeys(['ids', 'tags']),
  });

/** By kind; a backup has exactly one. */
export const subjectSchemas = {
  volumes: volumes.optional(),
  instances: instances.optional(),
  databases: databases.optional(),
  images: images.optional(),
};
