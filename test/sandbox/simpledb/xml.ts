/**
 * Answers as XML: https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/SDB_API_CommonResponseElements.html.
 */
const NAMESPACE = 'http://sdb.amazonaws.com/doc/2009-04-15/';
const HEAD = '<?xml version="1.0"?>\n';
const BOX_USAGE = '0.0000219907';

const PLAIN = /^[ -%'-;=?-~]*$/;
// What XML 1.0 (section 2.2, "Char") cannot carry even as a reference.
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
const SPECIAL = /[&<>\r]/g;
// A bare carriage return would reach the reader as a line feed (XML 1.0, section 2.11).
const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\r': '&#xD;',
};

let requests = 0;

function escapeXml(text: string): string {
  return text.replace(SPECIAL, (character) => ESCAPES[character] ?? character);
}

/**
 * An element around a stored name or value; what XML cannot carry comes in base64 ("Working with
 * XML-Restricted Characters", InvalidCharacters.html).
 */
export function textElement(name: string, text: string): string {
  if (PLAIN.test(text)) return `<${name}>${text}</${name}>`;
  if (NOT_XML.test(text))
    return `<${name} encoding="base64">${Buffer.from(text).toString('base64')}</${name}>`;
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** `result` is the content of `<…Result>`; undefined for the operations that have none. */
export function resultXml(action: string, result: string | undefined): string {
  const body = result === undefined ? '' : `<${action}Result>${result}</${action}Result>`;
  const metadata = `<RequestId>${requestId()}</RequestId><BoxUsage>${BOX_USAGE}</BoxUsage>`;
  return `${HEAD}<${action}Response xmlns="${NAMESPACE}">${body}<ResponseMetadata>${metadata}</ResponseMetadata></${action}Response>`;
}

/** An error as SimpleDB words it, also for whoever stands in front of it and injects faults. */
export function errorXml(code: string, message: string): string {
  const error = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><BoxUsage>${BOX_USAGE}</BoxUsage>`;
  return `${HEAD}<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId()}</RequestID></Response>`;
}

function requestId(): string {
  requests += 1;
  return `00000000-0000-4000-8000-${requests.toString(16).padStart(12, '0')}`;
}
