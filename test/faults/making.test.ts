/** Of the functions that make backups and copies. Two files, so that they run side by side. */
import { testFew } from './few.ts';
import { isMaking } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';

testFew(scenarios.filter(isMaking));
