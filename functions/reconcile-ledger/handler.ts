import { entrypoint } from '../../shared/entrypoint.ts';
import { lambdaTools } from '../../shared/tools.ts';
import { reconcileLedger } from './run.ts';

export const handler = entrypoint(reconcileLedger, lambdaTools());
