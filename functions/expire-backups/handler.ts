import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { expireBackups } from './run.ts';

export const handler = entrypoint(expireBackups, lambdaTools());
