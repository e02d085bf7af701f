/**
 * A reader of SimpleDB's answers, as small as they are: elements and text. General XML readers trim
 * or normalise white space, and an attribute's value may be nothing else.
 */

export interface XmlElement {
  name: string;
  /** The text directly within it, decoded. */
  text: string;
  children: XmlElement[];
  /** SimpleDB says that its text was sent in base64: it is decoded. */
  isBase64: boolean;
}

/** CDATA; a comment or an instruction; the end of an element; the start of one, its attributes, and whether it is empty. */
const markup =
  /<(?:!\[CDATA\[([\s\S]*?)\]\]|!--[\s\S]*?--|\?[\s\S]*?\?|\/([^\s<>]+)\s*|([^\s<>/!?]+)([^<>]*?)(\/?))>/y;

/**
 * Reads one document.
 *
 * @throws SyntaxError if it is not well-formed or was cut short
 */
export function parseXml(xml: string): XmlElement {
  const document = openElement('');
  const open = [document];
  const read = readTokens(xml, open);
  const [root, ...others] = document.children;
  if (read < xml.length || open.length !== 1 || root === undefined || others.length > 0) {
    throw new SyntaxError(`The XML is malformed or cut short at ${read} of ${xml.length} characters`);
  }
  return root;
}

/** @returns how far it could be read */
function readTokens(xml: string, open: XmlElement[]): number {
  let read = 0;
  while (read < xml.length) {
    const next = xml.indexOf('<', read);
    if (next === read) {
      markup.lastIndex = read;
      const token = markup.exec(xml);
      if (!token) return read;
      take(token, open);
      read = markup.lastIndex;
    } else {
      const end = next < 0 ? xml.length : next;
      addText(decodeEntities(xml.slice(read, end)), open);
      read = end;
    }
  }
  return read;
}

/** The last of `open` is the element that the token stands in. */
function take([, cdata, end, start, attributes, slash]: RegExpExecArray, open: XmlElement[]): void {
  if (cdata !== undefined) addText(cdata, open);
  else if (end !== undefined) close(end, open);
  else if (start !== undefined) {
    open.push(openElement(start, attributes));
    if (slash !== '') close(start, open);
  }
}

function addText(text: string, open: readonly XmlElement[]): void {
  const current = open.at(-1);
  if (current) current.text += text;
}

function close(name: string, open: XmlElement[]): void {
  const closed = open.pop();
  const parent = open.at(-1);
  if (!closed || !parent || closed.name !== name) {
    throw new SyntaxError(`The XML closes "${name}", which is not open`);
  }
  if (closed.isBase64) closed.text = Buffer.from(closed.text, 'base64').toString('utf8');
  parent.children.push(closed);
}

const openElement = (name: string, attributes = ''): XmlElement => ({
  name,
  text: '',
  children: [],
  isBase64: attributes !== '' && isBase64(attributes),
});

/** The first child of this name. */
export function child(parent: XmlElement | undefined, name: string): XmlElement | undefined {
  return parent?.children.find((candidate) => candidate.name === name);
}

/** Every child of this name. */
export function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((candidate) => candidate.name === name);
}

/** The first element of this name, at any depth. */
export function find(within: XmlElement, name: string): XmlElement | undefined {
  if (within.name === name) return within;
  for (const candidate of within.children) {
    const found = find(candidate, name);
    if (found) return found;
  }
  return undefined;
}

/** How SimpleDB sends text that XML cannot carry. Source: Developer Guide, "XML-Restricted Characters". */
function isBase64(attributes: string): boolean {
  return /\sencoding\s*=\s*(["'])base64\1/.test(attributes);
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));?/gi, (source, hex, decimal, name) => {
    if (!source.endsWith(';')) throw new SyntaxError(`The XML has a bare "${source}"`);
    const character = name
      ? named[name]
      : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
    if (character === undefined) throw new SyntaxError(`The XML has an unknown entity "${source}"`);
    return character;
  });
}
