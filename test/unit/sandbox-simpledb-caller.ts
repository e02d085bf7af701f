import { createHmac } from 'node:crypto';
import { DOMParser, type Element } from '@xmldom/xmldom';
import { createSimpleDb, type SimpleDb, type SimpleDbOptions } from '../sandbox/simpledb/simpledb.ts';

export interface Answer {
  status: number;
  body: string;
  /** Of an error. */
  code: string | undefined;
  message: string | undefined;
  /** Of `Select`: name and pairs. */
  items: { name: string; pairs: string[] }[];
  nextToken: string | undefined;
}

export interface Caller {
  db: SimpleDb;
  call(action: string, parameters?: Record<string, string>): Answer;
  /** Of domain `mydomain`. */
  put(item: string, attributes: Record<string, string | string[]>, more?: Record<string, string>): Answer;
  get(item: string, more?: Record<string, string>): string[];
  select(expression: string, more?: Record<string, string>): Answer;
  names(expression: string): string[];
  /** Names of each page, to the last one. */
  pages(expression: string): string[][];
}

/** A SimpleDB with a domain `mydomain` and someone who signs requests to it by the book. */
export function caller(options: SimpleDbOptions = {}): Caller {
  const db = createSimpleDb(options);
  const call: Caller['call'] = (action, parameters = {}) =>
    answerOf(db, signed({ Action: action, ...parameters }));
  const select: Caller['select'] = (expression, more = {}) =>
    call('Select', { SelectExpression: expression, ...more });
  call('CreateDomain', { DomainName: 'mydomain' });
  return {
    db,
    call,
    select,
    put: (item, attributes, more = {}) =>
      call('PutAttributes', { DomainName: 'mydomain', ItemName: item, ...flatten(attributes), ...more }),
    get: (item, more = {}) => {
      const { status, body } = call('GetAttributes', { DomainName: 'mydomain', ItemName: item, ...more });
      if (status !== 200) throw new Error(body);
      return pairsOf(parse(body));
    },
    names: (expression) => expectFine(select(expression)).items.map(({ name }) => name),
    pages: (expression) => {
      const pages: string[][] = [];
      let token: string | undefined;
      do {
        const page = expectFine(select(expression, token === undefined ? {} : { NextToken: token }));
        pages.push(page.items.map(({ name }) => name));
        token = page.nextToken;
      } while (token !== undefined);
      return pages;
    },
  };
}

/** `Attribute.1.Name`, … of a map of names to values. */
export function flatten(attributes: Record<string, string | string[]>, prefix = ''): Record<string, string> {
  const flat: Record<string, string> = {};
  let number = 0;
  for (const [name, values] of Object.entries(attributes)) {
    for (const value of [values].flat()) {
      number += 1;
      flat[`${prefix}Attribute.${number}.Name`] = name;
      flat[`${prefix}Attribute.${number}.Value`] = value;
    }
  }
  return flat;
}

export function signed(parameters: Record<string, string>): URLSearchParams {
  const all: Record<string, string> = {
    Version: '2009-04-15',
    AWSAccessKeyId: 'test',
    SignatureVersion: '2',
    SignatureMethod: 'HmacSHA256',
    Timestamp: '2026-03-29T01:02:03Z',
    ...parameters,
  };
  const query = Object.keys(all)
    .sort()
    .map((name) => `${name}=${encodeURIComponent(all[name] ?? '').replaceAll(/[!'()*]/g, hex)}`)
    .join('&');
  const signature = createHmac('sha256', 'test').update(`POST\n127.0.0.1:4566\n/\n${query}`).digest('base64');
  return new URLSearchParams({ ...all, Signature: signature });
}

export function answerOf(db: SimpleDb, parameters: URLSearchParams, rawBody = parameters.toString()): Answer {
  const { status, body } = db.handle({
    method: 'POST',
    path: '/',
    host: '127.0.0.1:4566',
    parameters,
    rawBody,
  });
  const root = parse(body);
  return {
    status,
    body,
    code: textOf(root, 'Code'),
    message: textOf(root, 'Message'),
    items: elements(root, 'Item').map((item) => ({ name: textOf(item, 'Name') ?? '', pairs: pairsOf(item) })),
    nextToken: textOf(root, 'NextToken'),
  };
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function expectFine(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(answer.body);
  return answer;
}

/** Throws if it is not well-formed. */
function parse(xml: string): Element {
  const root = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new Error(`no document: ${xml}`);
  return root;
}

function elements(parent: Element, name: string): Element[] {
  return Array.from(parent.getElementsByTagName(name));
}

function textOf(parent: Element, name: string): string | undefined {
  const [element] = elements(parent, name);
  if (element === undefined) return undefined;
  const text = element.textContent ?? '';
  return element.getAttribute('encoding') === 'base64' ? Buffer.from(text, 'base64').toString() : text;
}

function pairsOf(parent: Element): string[] {
  return elements(parent, 'Attribute').map((pair) => `${textOf(pair, 'Name')}=${textOf(pair, 'Value')}`);
}
