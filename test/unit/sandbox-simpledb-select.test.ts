import { beforeAll, describe, expect, it } from 'vitest';
import { compareUtf8 } from '../sandbox/simpledb/collation.ts';
import { type Caller, caller } from './sandbox-simpledb-caller.ts';

/** "Sample Query Data Set", UsingSelectSampleDataset.html in the SimpleDB Developer Guide. */
const BOOKS: Record<string, Record<string, string | string[]>> = {
  '0385333498': {
    Title: 'The Sirens of Titan',
    Author: 'Kurt Vonnegut',
    Year: '1959',
    Pages: '00336',
    Keyword: ['Book', 'Paperback'],
    Rating: ['*****', '5 stars', 'Excellent'],
  },
  '0802131786': {
    Title: 'Tropic of Cancer',
    Author: 'Henry Miller',
    Year: '1934',
    Pages: '00318',
    Keyword: 'Book',
    Rating: '****',
  },
  '1579124585': {
    Title: 'The Right Stuff',
    Author: 'Tom Wolfe',
    Year: '1979',
    Pages: '00304',
    Keyword: ['Book', 'Hardcover', 'American'],
    Rating: ['****', '4 stars'],
  },
  B000T9886K: {
    Title: 'In Between',
    Author: 'Paul Van Dyk',
    Year: '2007',
    Keyword: ['CD', 'Trance'],
    Rating: '4 stars',
  },
  B00005JPLW: {
    Title: '300',
    Author: 'Zack Snyder',
    Year: '2007',
    Keyword: ['DVD', 'Action', 'Frank Miller'],
    Rating: ['***', '3 stars', 'Not bad'],
  },
  B000SF3NGK: {
    Title: "Heaven's Gonna Burn Your Eyes",
    Author: 'Thievery Corporation',
    Year: '2002',
    Rating: '*****',
  },
};

let books: Caller;

function shelve(made: Caller): Caller {
  for (const [item, attributes] of Object.entries(BOOKS)) made.put(item, attributes);
  return made;
}

beforeAll(() => {
  books = shelve(caller());
});

describe("the guide's examples", () => {
  // Simple, range, multiple value and multiple attribute queries (SimpleQueriesSelect.html,
  // RangeQueriesSelect.html, RangeValueQueriesSelect.html, MultipleAttributeQueriesSelect.html).
  it.each<[string, string[]]>([
    ["Title = 'The Right Stuff'", ['1579124585']],
    ["Year > '1985'", ['B000T9886K', 'B00005JPLW', 'B000SF3NGK']],
    ["Rating like '****%'", ['0385333498', '1579124585', '0802131786', 'B000SF3NGK']],
    ["Pages < '00320'", ['1579124585', '0802131786']],
    ["Year > '1975' and Year < '2008'", ['1579124585', 'B000T9886K', 'B00005JPLW', 'B000SF3NGK']],
    ["Year between '1975' and '2008'", ['1579124585', 'B000T9886K', 'B00005JPLW', 'B000SF3NGK']],
    ["Rating = '***' or Rating = '*****'", ['0385333498', 'B00005JPLW', 'B000SF3NGK']],
    [
      "(Year > '1950' and Year < '1960') or Year like '193%' or Year = '2007'",
      ['0385333498', '0802131786', 'B000T9886K', 'B00005JPLW'],
    ],
    ["Rating = '4 stars' or Rating = '****'", ['1579124585', '0802131786', 'B000T9886K']],
    ["Keyword = 'Book' and Keyword = 'Hardcover'", []],
    ["every(Keyword) in ('Book', 'Paperback')", ['0385333498', '0802131786']],
    ["Rating = '****'", ['0802131786', '1579124585']],
    ["every(Rating) = '****'", ['0802131786']],
    ["Keyword = 'Book' intersection Keyword = 'Hardcover'", ['1579124585']],
  ])('finds where %s', (where, expected) => {
    expect(books.names(`select * from mydomain where ${where}`).sort()).toEqual([...expected].sort());
  });

  // SortingDataSelect.html.
  it.each<[string, string[]]>([
    ["Year < '1980' order by Year asc", ['0802131786', '0385333498', '1579124585']],
    ["Year < '1980' order by Year", ['0802131786', '0385333498', '1579124585']],
    ["Year = '2007' intersection Author is not null order by Author desc", ['B00005JPLW', 'B000T9886K']],
    ["Year < '1980' order by Year limit 2", ['0802131786', '0385333498']],
  ])('sorts where %s', (where, expected) => {
    expect(books.names(`select * from mydomain where ${where}`)).toEqual(expected);
  });

  it.each([
    'select * from mydomain order by Year asc',
    'select * from mydomain where author is null order by title',
    "select * from mydomain where Year is null or Year > '1' order by Year",
    "select * from mydomain where Author > '1' or Year > '1' order by Year",
    "select * from mydomain where not Year = '1' order by Year",
    'select * from mydomain order by itemName()',
  ])('refuses to sort by what is not constrained: %s', (expression) => {
    expect(books.select(expression)).toMatchObject({ status: 400, code: 'InvalidSortExpression' });
  });

  // CountingDataSelect.html.
  it.each([
    ["select count(*) from mydomain where Title = 'The Right Stuff'", '1'],
    ["select count(*) from mydomain where Year > '1985'", '3'],
    ['select count(*) from mydomain limit 500000', '6'],
    ['select count(*) from mydomain limit 4', '4'],
  ])('counts: %s', (expression, count) => {
    expect(books.select(expression).items).toEqual([{ name: 'Domain', pairs: [`Count=${count}`] }]);
  });

  // UsingSelectOperators.html, the operators that the other pages leave out.
  it.each<[string, string[]]>([
    ["Author not like 'Henry%' and Keyword = 'Book'", ['0385333498', '1579124585']],
    ["Keyword = 'Book' and Author like '%Miller'", ['0802131786']],
    ["Title like '%n%' and Year = '2007'", ['B000T9886K']],
    ["Keyword != 'Book'", ['0385333498', '1579124585', 'B000T9886K', 'B00005JPLW']],
    ["not Keyword = 'Book'", ['B000SF3NGK', 'B00005JPLW', 'B000T9886K']],
    ['Keyword is null', ['B000SF3NGK']],
    ['Pages is not null', ['0385333498', '0802131786', '1579124585']],
    ["itemName() in ('0802131786', 'B000SF3NGK', 'none')", ['0802131786', 'B000SF3NGK']],
    ["itemName() like 'B000%' and itemName() >= 'B000S'", ['B000SF3NGK', 'B000T9886K']],
    ["Title = 'Heaven''s Gonna Burn Your Eyes'", ['B000SF3NGK']],
    ['Title = "Heaven\'s Gonna Burn Your Eyes"', ['B000SF3NGK']],
    ["`Year` = '1934' OR NOT (Year < '2007')", ['0802131786', 'B00005JPLW', 'B000T9886K']],
    ["Year = '1934' or Year = '1959' and Author like 'Nobody%'", ['0802131786']],
  ])('finds where %s', (where, expected) => {
    expect(books.names(`select * from mydomain where ${where}`).sort()).toEqual([...expected].sort());
  });
});

describe('output', () => {
  it('gives the attributes asked for, or none for itemName()', () => {
    expect(books.select("select Year, Keyword from mydomain where Title = '300'").items).toEqual([
      { name: 'B00005JPLW', pairs: ['Year=2007', 'Keyword=DVD', 'Keyword=Action', 'Keyword=Frank Miller'] },
    ]);
    expect(books.select("select itemName() from mydomain where Title = '300'").items).toEqual([
      { name: 'B00005JPLW', pairs: [] },
    ]);
  });

  it('quotes names in backticks, and backticks by doubling', () => {
    const made = caller();
    made.call('CreateDomain', { DomainName: 'gk.prod-1' });
    made.call('PutAttributes', {
      DomainName: 'gk.prod-1',
      ItemName: 'i',
      'Attribute.1.Name': 'abc`123 where',
      'Attribute.1.Value': '1',
    });
    expect(made.names("select `abc``123 where` from `gk.prod-1` where `abc``123 where` = '1'")).toEqual([
      'i',
    ]);
  });

  it('finds a literal percent sign', () => {
    const made = caller();
    for (const value of ['3%', '33', '3%x']) made.put(value, { rate: value });
    expect(made.names("select * from mydomain where rate like '%3\\%'")).toEqual(['3%']);
    expect(made.names("select * from mydomain where rate like '3\\%%'")).toEqual(['3%', '3%x']);
  });
});

describe('refusals', () => {
  it.each([
    'select',
    'delete from mydomain',
    'select * from',
    'select * from my-domain',
    'select * from mydomain where',
    'select * from mydomain where limit = 1',
    "select * from mydomain where order = '1'",
    'select * from mydomain where Year = 1934',
    'select * from mydomain where Year = Pages',
    "select * from mydomain where '1' = Year",
    "select * from mydomain where Year <> '1'",
    "select * from mydomain where Year = 'a",
    "select * from mydomain where Year = 'it's'",
    "select * from mydomain where Year like 'a%b'",
    "select * from mydomain where Year like '%a%b%'",
    'select * from mydomain where Year in ()',
    "select * from mydomain where Year between '1'",
    'select * from mydomain where every(Year) is null',
    "select * from mydomain where every(itemName()) = '1'",
    "select * from mydomain where (Year = '1'",
    "select * from mydomain where Year = '1' order by Year, Pages",
    'select *, Year from mydomain',
    'select itemName(), Year from mydomain',
    'select * from mydomain, e',
    'select * from mydomain limit ten',
    'select * from mydomain; drop',
    'select max(Year) from mydomain',
    'select * from mydomain limit 5 offset 5',
  ])('%s', (expression) => {
    expect(books.select(expression)).toMatchObject({ status: 400, code: 'InvalidQueryExpression' });
  });

  it('says where the mistake is', () => {
    expect(books.select('select * from mydomain where Year = 1934').message).toMatch(
      /expected a quoted value and found 1934 at position 37/,
    );
  });

  it.each(['0', '2501'])('limit %s', (limit) => {
    expect(books.select(`select * from mydomain limit ${limit}`).code).toBe('InvalidParameterValue');
  });

  it('more than 20 comparisons, the constants of in counted each', () => {
    const constants = (count: number) => Array.from({ length: count }, (_, i) => `'${i}'`).join(',');
    expect(books.select(`select * from mydomain where Year in (${constants(20)})`).status).toBe(200);
    expect(books.select(`select * from mydomain where Year in (${constants(21)})`).code).toBe(
      'InvalidNumberValueTests',
    );
    const tests = Array.from({ length: 21 }, () => "Year = '1'").join(' or ');
    expect(books.select(`select * from mydomain where ${tests}`).code).toBe('InvalidNumberValueTests');
  });

  it('a domain that does not exist, and no expression', () => {
    expect(books.select('select * from none').code).toBe('NoSuchDomain');
    expect(books.call('Select').code).toBe('MissingParameter');
  });
});

describe('order', () => {
  it('is that of the UTF-8', () => {
    const words = ['', 'a', 'B', 'é', 'z', '\uffee', '𝄞', '\ue000', '日本', 'ab', 'a\u{10ffff}', 'a\uffff'];
    const bytes = [...words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...words].sort(compareUtf8)).toEqual(bytes);
    const made = caller();
    for (const word of words) made.put(`item-${word}`, { word });
    const sorted = made.select("select word from mydomain where word >= '' order by word").items;
    expect(sorted.map(({ pairs }) => pairs[0])).toEqual(bytes.map((word) => `word=${word}`));
    expect(made.names("select * from mydomain where word > '\uffee' and word < '𝄞𝄞'")).toEqual(['item-𝄞']);
  });
});
