import { cloudFrontClient } from '../../shared/aws/cloudfront.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { sqsClient } from '../../shared/aws/sqs.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { invalidateCdn } from './run.ts';

export const handler = entrypoint(
  invalidateCdn,
  lambdaTools((config) => ({
    // First, since it is in the function's own region, whatever else is to be.
    s3: s3Client(config),
    cloudFront: cloudFrontClient(config),
    // Its code is no larger for being imported at once: esbuild takes apart only what is.
    sqs: lazily(async () => sqsClient(config)),
  })),
);
