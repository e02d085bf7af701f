import { beforeEach, describe, expect, it } from 'vitest';
import { type Caller, caller, flatten } from './sandbox-simpledb-caller.ts';

let made: Caller;

beforeEach(() => {
  made = caller({ now: () => new Date('2026-03-29T00:00:00Z') });
});

type Attributes = Record<string, string | string[]>;

function remove(item: string, parameters: Record<string, string> = {}) {
  return made.call('DeleteAttributes', { DomainName: 'mydomain', ItemName: item, ...parameters });
}

function batch(action: string, items: [string, Attributes][], more: Record<string, string> = {}) {
  const parameters = items.map(([name, attributes], i) => ({
    [`Item.${i}.ItemName`]: name,
    ...flatten(attributes, `Item.${i}.`),
  }));
  return made.call(action, Object.assign({ DomainName: 'mydomain', ...more }, ...parameters));
}

function many(count: number, prefix = 'a'): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, 'v']));
}

describe('domains', () => {
  it('keep their items when they are created again', () => {
    made.put('i', { a: '1' });
    expect(made.call('CreateDomain', { DomainName: 'mydomain' }).status).toBe(200);
    expect(made.get('i')).toEqual(['a=1']);
  });

  it('are gone with their items when deleted, and deleting them again is no error', () => {
    made.put('i', { a: '1' });
    made.call('DeleteDomain', { DomainName: 'mydomain' });
    expect(made.call('DeleteDomain', { DomainName: 'mydomain' }).status).toBe(200);
    expect(made.put('i', { a: '1' })).toMatchObject({ status: 400, code: 'NoSuchDomain' });
    made.call('CreateDomain', { DomainName: 'mydomain' });
    expect(made.get('i')).toEqual([]);
  });

  it('are listed in pages', () => {
    for (let i = 0; i < 4; i++) made.call('CreateDomain', { DomainName: `more-${i}` });
    const first = made.call('ListDomains', { MaxNumberOfDomains: '3' });
    expect(first.body.match(/<DomainName>/g)).toHaveLength(3);
    const second = made.call('ListDomains', { MaxNumberOfDomains: '3', NextToken: first.nextToken ?? '' });
    expect(second.body.match(/<DomainName>[^<]*/g)).toEqual(['<DomainName>more-3', '<DomainName>mydomain']);
    expect(second.nextToken).toBeUndefined();
    expect(made.call('ListDomains', { MaxNumberOfDomains: '101' }).code).toBe('InvalidParameterValue');
    expect(made.call('ListDomains', { NextToken: 'x' }).code).toBe('InvalidNextToken');
  });

  it('are 250 at most', () => {
    for (let i = 1; i < 250; i++) made.call('CreateDomain', { DomainName: `more-${i}` });
    expect(made.call('CreateDomain', { DomainName: 'one-more' })).toMatchObject({
      status: 409,
      code: 'NumberDomainsExceeded',
    });
  });

  it.each(['ab', 'a b c', 'x'.repeat(256)])('are not named %s', (name) => {
    expect(made.call('CreateDomain', { DomainName: name }).code).toBe('InvalidParameterValue');
  });

  it('tell their size', () => {
    made.put('item', { aé: ['1', '22'], b: '333' });
    const { body } = made.call('DomainMetadata', { DomainName: 'mydomain' });
    expect(body).toContain(
      '<ItemCount>1</ItemCount><ItemNamesSizeBytes>4</ItemNamesSizeBytes>' +
        '<AttributeNameCount>2</AttributeNameCount><AttributeNamesSizeBytes>4</AttributeNamesSizeBytes>' +
        '<AttributeValueCount>3</AttributeValueCount><AttributeValuesSizeBytes>6</AttributeValuesSizeBytes>' +
        '<Timestamp>1774742400</Timestamp>',
    );
  });

  it('are forgotten by a reset', () => {
    made.db.reset();
    expect(made.put('i', { a: '1' }).code).toBe('NoSuchDomain');
  });
});

describe('puts', () => {
  // The example of SDB_API_PutAttributes.html.
  it('add values, and replace only what says so', () => {
    made.put('I', { a: '1', b: ['2', '3'] });
    made.put('I', { a: ['1', '9'], b: '4' }, { 'Attribute.3.Replace': 'true' });
    expect(made.get('I')).toEqual(['a=1', 'a=9', 'b=4']);
  });

  it('replace by all the values of one call', () => {
    made.put('I', { b: ['2', '3'] });
    made.put('I', { b: ['4', '5'] }, { 'Attribute.1.Replace': 'true', 'Attribute.2.Replace': 'true' });
    expect(made.get('I')).toEqual(['b=4', 'b=5']);
  });

  it('keep what XML cannot carry, and what it would bend', () => {
    const values = ['\u0001', 'a<b>&"\'', 'line\r\nline\ttab', '  ', '', 'Zoë 日本 𝄞', '\ufffe'];
    made.put('\u0002item', { v: values });
    expect(made.get('\u0002item')).toEqual(values.map((value) => `v=${value}`));
    expect(made.select('select * from mydomain').body).toContain('<Name encoding="base64">Aml0ZW0=</Name>');
  });

  it('give the attributes asked for', () => {
    made.put('i', { a: '1', b: '2', c: '3' });
    expect(made.get('i', { 'AttributeName.1': 'a', 'AttributeName.2': 'c' })).toEqual(['a=1', 'c=3']);
    expect(made.get('none')).toEqual([]);
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['no attributes', {}, 400, 'MissingParameter'],
    ['a name without a value', { 'Attribute.1.Name': 'a' }, 400, 'MissingParameter'],
    ['a value without a name', { 'Attribute.1.Value': 'a' }, 400, 'MissingParameter'],
    ['an empty name', flatten({ '': 'v' }), 400, 'InvalidParameterValue'],
    ['a name of 1025 bytes', flatten({ [`${'é'.repeat(512)}x`]: 'v' }), 400, 'InvalidParameterValue'],
    ['a value of 1025 bytes', flatten({ a: `${'é'.repeat(512)}x` }), 400, 'InvalidParameterValue'],
    [
      'an item name of 1025 bytes',
      { ...flatten({ a: '1' }), ItemName: 'x'.repeat(1025) },
      400,
      'InvalidParameterValue',
    ],
    ['an empty item name', { ...flatten({ a: '1' }), ItemName: '' }, 400, 'InvalidParameterValue'],
    ['257 attributes', flatten(many(257)), 409, 'NumberSubmittedAttributesExceeded'],
    [
      'a flag of another kind',
      { ...flatten({ a: '1' }), 'Attribute.1.Replace': 'yes' },
      400,
      'InvalidParameterValue',
    ],
    ['the flag for the whole item', { ...flatten({ a: '1' }), Replace: 'true' }, 400, 'FeatureDeprecated'],
  ])('refuse %s', (_, parameters, status, code) => {
    const answer = made.call('PutAttributes', { DomainName: 'mydomain', ItemName: 'i', ...parameters });
    expect(answer).toMatchObject({ status, code });
    expect(made.names('select * from mydomain')).toEqual([]);
  });

  it('take 1024 bytes and 256 pairs, and no pair more in later calls', () => {
    expect(made.put('i', { a: 'é'.repeat(512) }).status).toBe(200);
    expect(made.put('i', many(255, 'b')).status).toBe(200);
    expect(made.put('i', { c: '1' })).toMatchObject({ status: 409, code: 'NumberItemAttributesExceeded' });
    expect(made.put('i', { b0: 'v' }).status).toBe(200);
  });
});

describe('deletes', () => {
  beforeEach(() => {
    made.put('i', { a: ['1', '2'], b: '3' });
  });

  it('take values, attributes or the whole item', () => {
    remove('i', flatten({ a: '2' }));
    expect(made.get('i')).toEqual(['a=1', 'b=3']);
    remove('i', { 'Attribute.1.Name': 'b' });
    expect(made.get('i')).toEqual(['a=1']);
    remove('i');
    expect(made.names('select * from mydomain')).toEqual([]);
  });

  it('take the item with its last attribute', () => {
    remove('i', { 'Attribute.1.Name': 'a', 'Attribute.2.Name': 'b' });
    expect(made.names('select * from mydomain')).toEqual([]);
  });

  it('of what does not exist are no error', () => {
    expect(remove('none').status).toBe(200);
    expect(remove('i', flatten({ a: '7', z: '1' })).status).toBe(200);
    expect(made.get('i')).toEqual(['a=1', 'a=2', 'b=3']);
  });
});

describe('conditions', () => {
  beforeEach(() => {
    made.put('i', { one: '1', two: ['1', '2'] });
  });

  it.each<[string, Record<string, string>, number, string | undefined]>([
    ['the value', { 'Expected.1.Name': 'one', 'Expected.1.Value': '1' }, 200, undefined],
    ['the value, without a number', { 'Expected.Name': 'one', 'Expected.Value': '1' }, 200, undefined],
    [
      'the value, said to exist',
      { 'Expected.1.Name': 'one', 'Expected.1.Value': '1', 'Expected.1.Exists': 'true' },
      200,
      undefined,
    ],
    ['another value', { 'Expected.1.Name': 'one', 'Expected.1.Value': '2' }, 409, 'ConditionalCheckFailed'],
    [
      'an attribute that is not there',
      { 'Expected.1.Name': 'x', 'Expected.1.Value': '1' },
      404,
      'AttributeDoesNotExist',
    ],
    ['several values', { 'Expected.1.Name': 'two', 'Expected.1.Value': '1' }, 409, 'MultiValuedAttribute'],
    ['absence', { 'Expected.1.Name': 'x', 'Expected.1.Exists': 'false' }, 200, undefined],
    [
      'absence of what is there',
      { 'Expected.1.Name': 'one', 'Expected.1.Exists': 'false' },
      409,
      'ConditionalCheckFailed',
    ],
    ['no name', { 'Expected.1.Value': '1' }, 400, 'MissingParameter'],
    ['no value', { 'Expected.1.Name': 'one' }, 400, 'IncompleteExpectedExpression'],
    [
      'no value to exist',
      { 'Expected.1.Name': 'one', 'Expected.1.Exists': 'true' },
      400,
      'IncompleteExpectedExpression',
    ],
    [
      'absence of a value',
      { 'Expected.1.Name': 'one', 'Expected.1.Value': '1', 'Expected.1.Exists': 'false' },
      400,
      'ExistsAndExpectedValue',
    ],
    ['a strange flag', { 'Expected.1.Name': 'one', 'Expected.1.Exists': 'no' }, 400, 'InvalidParameterValue'],
    [
      'two names',
      { 'Expected.1.Name': 'one', 'Expected.1.Value': '1', 'Expected.2.Name': 'two' },
      400,
      'MultipleExpectedNames',
    ],
    [
      'two values',
      { 'Expected.1.Name': 'one', 'Expected.1.Value': '1', 'Expected.2.Value': '1' },
      400,
      'MultipleExpectedValues',
    ],
    [
      'two flags',
      { 'Expected.1.Name': 'x', 'Expected.1.Exists': 'false', 'Expected.2.Exists': 'false' },
      400,
      'MultipleExistsConditions',
    ],
  ])('expecting %s', (_, condition, status, code) => {
    const put = made.put('i', { done: 'yes' }, condition);
    expect([put.status, put.code]).toEqual([status, code]);
    expect(made.get('i').includes('done=yes')).toBe(status === 200);
    const gone = remove('i', { 'Attribute.1.Name': 'two', ...condition });
    expect([gone.status, gone.code]).toEqual([status, code]);
    expect(made.get('i').includes('two=1')).toBe(status !== 200);
  });

  it('let one of two who expect absence through', () => {
    const condition = { 'Expected.1.Name': 'holder', 'Expected.1.Exists': 'false' };
    expect(made.put('lock', { holder: 'a' }, condition).status).toBe(200);
    expect(made.put('lock', { holder: 'b' }, condition).status).toBe(409);
    expect(made.get('lock')).toEqual(['holder=a']);
  });
});

describe('batches', () => {
  it('put and delete several items', () => {
    batch('BatchPutAttributes', [
      ['a', { x: '1' }],
      ['b', { x: ['1', '2'] }],
      ['c', { x: '1' }],
    ]);
    expect(made.names('select * from mydomain')).toEqual(['a', 'b', 'c']);
    batch('BatchDeleteAttributes', [
      ['a', {}],
      ['b', { x: '2' }],
      ['none', {}],
    ]);
    expect(made.get('b')).toEqual(['x=1']);
    expect(made.names('select * from mydomain')).toEqual(['b', 'c']);
  });

  it.each<[string, [string, Attributes][], number, string]>([
    [
      '26 items',
      Array.from({ length: 26 }, (_, i) => [`i${i}`, { x: '1' }]),
      409,
      'NumberSubmittedItemsExceeded',
    ],
    [
      'an item twice',
      [
        ['a', { x: '1' }],
        ['a', { y: '1' }],
      ],
      400,
      'DuplicateItemName',
    ],
    ['no item', [], 400, 'MissingParameter'],
    [
      '257 attributes of one item',
      [
        ['a', { x: '1' }],
        ['b', many(257)],
      ],
      409,
      'NumberSubmittedAttributesExceeded',
    ],
    [
      'a value of 1025 bytes',
      [
        ['a', { x: '1' }],
        ['b', { x: 'v'.repeat(1025) }],
      ],
      400,
      'InvalidParameterValue',
    ],
  ])('refuse %s, as a whole', (_, items, status, code) => {
    expect(batch('BatchPutAttributes', items)).toMatchObject({ status, code });
    expect(batch('BatchDeleteAttributes', items)).toMatchObject({ status, code });
    expect(made.names('select * from mydomain')).toEqual([]);
  });

  it('put nothing if one item would grow too large, or lacks attributes', () => {
    made.put('full', many(256));
    const tooMany = batch('BatchPutAttributes', [
      ['a', { x: '1' }],
      ['full', { x: '1' }],
    ]);
    expect(tooMany).toMatchObject({ status: 409, code: 'NumberItemAttributesExceeded' });
    expect(
      batch('BatchPutAttributes', [
        ['a', { x: '1' }],
        ['b', {}],
      ]).code,
    ).toBe('MissingParameter');
    expect(made.names('select * from mydomain')).toEqual(['full']);
  });

  it('refuse conditions, which they would not keep', () => {
    const condition = { 'Expected.1.Name': 'x', 'Expected.1.Exists': 'false' };
    expect(batch('BatchPutAttributes', [['a', { x: '1' }]], condition).code).toBe(
      'InvalidParameterCombination',
    );
    expect(batch('BatchDeleteAttributes', [['a', {}]], condition).code).toBe('InvalidParameterCombination');
  });
});
