/**
 * A reader of SimpleDB's answers, as small as they are: elements and text. General XML readers trim
 * or normalise white space, and an attribute's value may be nothing else.
 */

export interface XmlElement {
  name: string;
  /** The text directly within it, decoded. */
  text: string;
  children: XmlElement[];
}

const token =
  /<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<(?:!--[\s\S]*?--|\?[\s\S]*?\?)>|<\/(?<close>[^\s<>]+)\s*>|<(?<open>[^\s<>/!?]+)(?<attributes>[^<>]*?)(?<empty>\/?)>|(?<text>[^<]+)/gy;

/**
 * Reads one document.
 *
 * @throws SyntaxError if it is not well-formed or was cut short
 */
export function parseXml(xml: string): XmlElement {
  const document = openElement('');
  const open = [document];
  let read = 0;
  for (const { groups = {}, 0: source } of xml.matchAll(token)) {
    take(groups, open);
    read += source.length;
  }
  const [root, ...others] = document.children;
  if (read < xml.length || open.length !== 1 || root === undefined || others.length > 0) {
    throw new SyntaxError(`The XML is malformed or cut short at ${read} of ${xml.length} characters`);
  }
  return root;
}

interface OpenElement extends XmlElement {
  base64: boolean;
}

/** Takes one token in; the last of `open` is the element that it stands in. */
function take(token: Record<string, string | undefined>, open: OpenElement[]): void {
  if (token['close'] !== undefined) {
    close(token['close'], open);
  } else if (token['open'] !== undefined) {
    open.push(openElement(token['open'], token['attributes']));
    if (token['empty']) close(token['open'], open);
  } else {
    const current = open.at(-1);
    if (current) current.text += token['cdata'] ?? decodeEntities(token['text'] ?? '');
  }
}

function openElement(name: string, attributes = ''): OpenElement {
  return { name, text: '', children: [], base64: isBase64(attributes) };
}

function close(name: string, open: OpenElement[]): void {
  const { base64, ...closed } = open.pop() ?? openElement('');
  const parent = open.at(-1);
  if (!parent || closed.name !== name) throw new SyntaxError(`The XML closes "${name}", which is not open`);
  if (base64) closed.text = Buffer.from(closed.text, 'base64').toString('utf8');
  parent.children.push(closed);
}

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
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));?/gi, (source, hex, decimal, name) => {
    if (!source.endsWith(';')) throw new SyntaxError(`The XML has a bare "${source}"`);
    const character = name
      ? named[name]
      : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
    if (character === undefined) throw new SyntaxError(`The XML has an unknown entity "${source}"`);
    return character;
  });
}
