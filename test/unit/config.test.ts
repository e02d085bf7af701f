import { describe, expect, it, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { ConfigError } from '../../shared/errors.ts';

const environment = {
  GROUNDSKEEPER_OWNER: 'groundskeeper-prod',
  GROUNDSKEEPER_LEDGER: 'simpledb',
  AWS_REGION: 'eu-west-1',
};

describe('the environment', () => {
  it('names the owner, the ledger and the region', () => {
    const config = { owner: 'groundskeeper-prod', ledger: 'simpledb', region: 'eu-west-1' };
    expect(readConfig(environment)).toEqual(config);
    expect(readConfig({ ...environment, GROUNDSKEEPER_LEDGER: 'dynamodb' }).ledger).toBe('dynamodb');
  });

  it('may hold anything else', () => {
    expect(readConfig({ ...environment, HOME: '/root' })).not.toHaveProperty('HOME');
  });

  it('names the queue of a function that has one', () => {
    const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/batches';
    expect(readConfig({ ...environment, GROUNDSKEEPER_QUEUE_URL: queueUrl })).toHaveProperty(
      'queueUrl',
      queueUrl,
    );
    expect(readConfig({ ...environment, GROUNDSKEEPER_QUEUE_URL: '' })).not.toHaveProperty('queueUrl');
  });

  it('without a region is refused', () => {
    expect(() => readConfig({ ...environment, AWS_REGION: undefined })).toThrow(ConfigError);
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
