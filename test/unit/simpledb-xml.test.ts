import { DOMImplementation, XMLSerializer } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { child, childrenOf, find, parseXml } from '../../shared/aws/simpledb/xml.ts';

const textOf = (inner: string, attributes = '') => parseXml(`<v${attributes}>${inner}</v>`).text;

describe('parseXml', () => {
  test("reads an answer of SimpleDB's", () => {
    const root = parseXml(`<?xml version="1.0"?>
      <SelectResponse xmlns="http://sdb.amazonaws.com/doc/2009-04-15/"><!-- a page --><SelectResult>
        <Item><Name>i1</Name><Attribute><Name>a</Name><Value>1</Value></Attribute></Item><Item><Name>i2</Name></Item>
      </SelectResult><Empty/></SelectResponse>`);
    const items = childrenOf(child(root, 'SelectResult') ?? root, 'Item');
    expect(items.map((item) => child(item, 'Name')?.text)).toEqual(['i1', 'i2']);
    expect(find(root, 'Value')?.text).toBe('1');
    expect(child(root, 'Empty')?.text).toBe('');
  });

  test.each([
    ['the five named entities', '&lt;&gt;&amp;&quot;&apos;', `<>&"'`],
    ['an entity of an entity once', '&amp;lt;', '&lt;'],
    ['decimal and hexadecimal references', '&#65;&#x1F600;&#xa;', 'A😀\n'],
    ['CDATA as it stands', '<![CDATA[<&amp;>]]>', '<&amp;>'],
    ['nothing but white space', ' \n\t ', ' \n\t '],
    ['a carriage return', 'a\r\nb&#13;', 'a\r\nb\r'],
    ['unicode', 'é€😀\u2028', 'é€😀\u2028'],
  ])('keeps %s', (_what, inner, text) => {
    expect(textOf(inner)).toBe(text);
  });

  test('decodes base64 where SimpleDB says so, as UTF-8', () => {
    const encoded = Buffer.from('\0\u0001é😀', 'utf8').toString('base64');
    expect(textOf(encoded, ' encoding="base64"')).toBe('\0\u0001é😀');
    expect(textOf(encoded)).toBe(encoded);
  });

  test.each([
    ['nothing', ''],
    ['text alone', 'Bad Gateway'],
    ['an HTML page', '<!doctype html><html><body>Oops<br></body></html>'],
    ['an element that is not closed', '<a><b></b>'],
    ['an element closed by another name', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['a closing tag alone', '</a>'],
    ['a bare ampersand', '<a>a &lt b</a>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['a cut tag', '<a>text</a'],
  ])('refuses %s', (_what, xml) => {
    expect(() => parseXml(xml)).toThrow(SyntaxError);
  });

  test('refuses an answer cut short anywhere', () => {
    const xml = '<r a="1"><n>x &amp; y</n><v encoding="base64">AAE=</v></r>';
    for (let length = 0; length < xml.length; length++) {
      expect(() => parseXml(xml.slice(0, length))).toThrow(SyntaxError);
    }
  });

  test('reads back any text that an independent writer wrote', () => {
    // XML 1.0 cannot carry the other control characters, nor U+FFFE and U+FFFF: SimpleDB sends those in base64.
    const allowed = /^(?:[^\p{Cc}\uFFFE\uFFFF]|[\t\n\r])*$/u;
    const text = fc.string({ unit: 'binary' }).filter((value) => allowed.test(value));
    fc.assert(
      fc.property(text, (value) => {
        const document = new DOMImplementation().createDocument(null, 'r');
        document.documentElement?.appendChild(document.createTextNode(value));
        expect(parseXml(new XMLSerializer().serializeToString(document)).text).toBe(value);
      }),
    );
  });
});
