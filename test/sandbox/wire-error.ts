/** An AWS error in the wire format of the service that is to answer it. */
import { randomUUID } from 'node:crypto';
import type { Protocol } from './identify.ts';
import { type Answer, answerText } from './message.ts';

export interface AwsError {
  status: number;
  code: string;
  message: string;
}

export function wireError(protocol: Protocol, error: AwsError): Answer {
  return formats[protocol](error, randomUUID());
}

type Format = (error: AwsError, requestId: string) => Answer;

const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeXml = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

const codeAndMessage = ({ code, message }: AwsError) =>
  `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;

const sender = ({ status }: AwsError) => (status < 500 ? 'Sender' : 'Receiver');

/** https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-error-response.html */
const ec2: Format = (error, requestId) =>
  answerText(
    error.status,
    'text/xml;charset=UTF-8',
    `${xmlDeclaration}<Response><Errors><Error>${codeAndMessage(error)}</Error></Errors>` +
      `<RequestID>${requestId}</RequestID></Response>`,
  );

/** https://docs.aws.amazon.com/AmazonSimpleDB/latest/DeveloperGuide/APIErrors.html */
const simpledb: Format = (error, requestId) =>
  answerText(
    error.status,
    'text/xml',
    `${xmlDeclaration}<Response><Errors><Error>${codeAndMessage(error)}<BoxUsage>0.0000219907</BoxUsage></Error>` +
      `</Errors><RequestID>${requestId}</RequestID></Response>`,
  );

/** https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
const query: Format = (error, requestId) =>
  answerText(
    error.status,
    'text/xml',
    `${xmlDeclaration}<ErrorResponse><Error><Type>${sender(error)}</Type>${codeAndMessage(error)}</Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`,
  );

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const s3: Format = (error, requestId) =>
  answerText(
    error.status,
    'application/xml',
    `${xmlDeclaration}<Error>${codeAndMessage(error)}<RequestId>${requestId}</RequestId></Error>`,
  );

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html and aws-restjson1-protocol.html */
const json: Format = ({ status, code, message }, requestId) => ({
  status,
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-errortype': code,
    'x-amzn-requestid': requestId,
  },
  body: Buffer.from(JSON.stringify({ __type: code, message })),
});

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
const cbor: Format = ({ status, code, message }) => ({
  status,
  headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
  body: Buffer.concat([
    Buffer.from([0xa2]), // a map of two pairs
    ...['__type', code, 'message', message].map(cborText),
  ]),
});

/** A text string with a length of two bytes (RFC 8949, 3.1). */
function cborText(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.from([0x79, 0, 0]);
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

const formats: Readonly<Record<Protocol, Format>> = {
  ec2,
  simpledb,
  query,
  s3,
  json,
  cbor,
  'rest-json': json,
  'rest-xml': query,
};
