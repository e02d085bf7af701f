/** Of the functions that make backups and copies. Several files, so that they run side by side. */
import { testFew } from './few.ts';
import { tradeOf } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

testFew(scenarios.filter((scenario) => tradeOf(scenario) === 'making'));
