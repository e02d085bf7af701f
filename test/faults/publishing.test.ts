/** Of the functions that publish a site. */
import { testFew } from './few.ts';
import { tradeOf } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

testFew(scenarios.filter((scenario) => tradeOf(scenario) === 'publishing'));
