import { eventBridgeClient } from '../../shared/aws/event-bridge.ts';
import { s3Client } from '../../shared/aws/s3/client.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools, lazily } from '../../shared/tools.ts';
import { syncAssets } from './run.ts';

export const handler = entrypoint(
  syncAssets,
  lambdaTools((config) => ({
    s3: s3Client(config),
    eventBridge: lazily(async () => eventBridgeClient(config)),
  })),
);
