import { describe, expect, test } from 'vitest';
import { meantRegion } from '../../shared/plan/regions.ts';

describe('A region of a copy', () => {
  test.each([
    ['eu-wset-3', 'eu-west-3'],
    ['ue-west-3', 'eu-west-3'],
    ['eu-west-9', 'eu-west-1'],
    ['eu-centrl-1', 'eu-central-1'],
    ['es-east-1', 'us-east-1'],
    ['us-esat-2', 'us-east-2'],
    ['ap-southest-2', 'ap-southeast-2'],
    ['us-govwest-1', 'us-gov-west-1'],
  ])('that is mistyped was meant otherwise: %s', (typed, meant) => {
    expect(meantRegion(typed)).toBe(meant);
  });

  test.each(['eu-west-3', 'us-gov-west-1', 'cn-northwest-1'])('that AWS has is one: %s', (region) => {
    expect(meantRegion(region)).toBeUndefined();
  });

  test.each([
    ['the next number', 'eu-west-4'],
    ['the one after that', 'ap-southeast-9'],
    ['another direction', 'sa-west-1'],
    ['another country', 'nz-north-1'],
  ])('may be newer than what is known, by %s: %s', (_, region) => {
    expect(meantRegion(region)).toBeUndefined();
  });
});
