/** XML as S3 writes it, and what clients send of it. */
import { DOMParser, type Element } from '@xmldom/xmldom';
import { S3Refusal } from './refusal.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeXml = (text: string): string =>
  text
    .replace(/[&<>"]/g, (character) => escapes[character] ?? character)
    // A parser would drop these, or take them for a line's end.
    .replace(/[\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);

/** A value: text, elements, or several of one name. Undefined: no element. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [name: string]: Xml };

function element(name: string, value: Xml): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((one: Xml) => element(name, one)).join('');
  if (typeof value === 'object') return `<${name}>${elements(value as Record<string, Xml>)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export const elements = (values: Readonly<Record<string, Xml>>): string =>
  Object.entries(values)
    .map(([name, value]) => element(name, value))
    .join('');

export const document = (name: string, values: Readonly<Record<string, Xml>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n` +
  `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${elements(values)}</${name}>`;

/** @throws S3Refusal MalformedXML */
export function parse(pieces: readonly Buffer[]): Element {
  try {
    const parser = new DOMParser({ onError: () => undefined });
    const root = parser.parseFromString(Buffer.concat(pieces).toString(), 'text/xml').documentElement;
    if (root) return root;
  } catch {
    // refused below
  }
  throw malformed();
}

export const malformed = () => new S3Refusal('MalformedXML', 'The XML you provided was not well-formed');

export const children = (parent: Element, name: string): Element[] =>
  Array.from(parent.getElementsByTagName(name));

export type XmlElement = Element;

export const textOf = (parent: Element, name: string): string | undefined =>
  children(parent, name)[0]?.textContent ?? undefined;
