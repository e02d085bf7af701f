/** Of the functions that expire backups and keep the ledger. */
import { testFew } from './few.ts';
import { tradeOf } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

testFew(scenarios.filter((scenario) => tradeOf(scenario) === 'keeping'));
