import { describe, expect, it, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { ConfigError } from '../../shared/errors.ts';

const environment = { GROUNDSKEEPER_OWNER: 'groundskeeper-prod', GROUNDSKEEPER_LEDGER: 'simpledb' };

describe('the environment', () => {
  it('names the owner and the ledger', () => {
    expect(readConfig(environment)).toEqual({ owner: 'groundskeeper-prod', ledger: 'simpledb' });
    expect(readConfig({ ...environment, GROUNDSKEEPER_LEDGER: 'dynamodb' }).ledger).toBe('dynamodb');
  });

  it('may hold anything else', () => {
    expect(readConfig({ ...environment, AWS_REGION: 'eu-west-1' })).not.toHaveProperty('AWS_REGION');
  });

  test.each([['a-b'], ['x'.repeat(200)], ['My_service.v2-prod']])('takes "%s" for an owner', (owner) => {
    expect(readConfig({ ...environment, GROUNDSKEEPER_OWNER: owner }).owner).toBe(owner);
  });

  test.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', ''],
    ['too short for a domain of SimpleDB', 'ab'],
    ['too long', 'x'.repeat(201)],
    ['more than one line', 'groundskeeper-prod\n'],
    ['a wildcard of EC2 filters', 'groundskeeper-*'],
    ['quoted', "groundskeeper'prod"],
    ['a path', 'groundskeeper/prod'],
    ['beyond ASCII', 'gärtner-prod'],
  ])('with an owner that is %s is refused', (_why, owner) => {
    const bad = { ...environment, GROUNDSKEEPER_OWNER: owner };
    expect(() => readConfig(bad)).toThrow(
      new ConfigError(
        `GROUNDSKEEPER_OWNER is ${JSON.stringify(owner ?? null)}: expected <service>-<stage>, 3 to 200 of A-Z a-z 0-9 . _ -`,
      ),
    );
  });

  test.each<[string | undefined]>([[undefined], [''], ['SimpleDB'], ['postgres']])(
    'with the ledger %j is refused',
    (ledger) => {
      expect(() => readConfig({ ...environment, GROUNDSKEEPER_LEDGER: ledger })).toThrow(
        new ConfigError(
          `GROUNDSKEEPER_LEDGER is ${JSON.stringify(ledger ?? null)}: expected "simpledb" or "dynamodb"`,
        ),
      );
    },
  );
});
