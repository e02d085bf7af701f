import * as z from 'zod/mini';
import { appointmentFields, instanceSelectorField } from '../../shared/job.ts';

/** Images (AMIs) of the chosen instances for one slot of one tier. */
export const createImagesJob = z.strictObject({
  ...appointmentFields,
  instances: instanceSelectorField,
  /** Stop and start the instance for a consistent image; otherwise its file systems are as after a crash. */
  reboot: z._default(z.boolean(), false),
  /** False: the image holds the boot volume alone. */
  dataVolumes: z._default(z.boolean(), true),
});

export type CreateImagesJob = z.infer<typeof createImagesJob>;
