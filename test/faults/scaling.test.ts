/** Of the function that scales groups. */
import { testFew } from './few.ts';
import { tradeOf } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

testFew(scenarios.filter((scenario) => tradeOf(scenario) === 'scaling'));
