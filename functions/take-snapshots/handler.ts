import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { takeSnapshots } from './run.ts';

export const handler = entrypoint(takeSnapshots, lambdaTools());
