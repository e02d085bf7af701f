import { rdsClient } from '../../shared/aws/rds.ts';
import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { takeDbSnapshots } from './run.ts';

export const handler = entrypoint(
  takeDbSnapshots,
  lambdaTools((config) => ({ rds: rdsClient(config) })),
);
