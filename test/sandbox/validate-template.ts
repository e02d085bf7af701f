/**
 * CloudFormation's ValidateTemplate. moto's runs all of cfn-lint, which takes 20 seconds and refuses a
 * template for mere advice; AWS's own looks at the syntax only.
 */
import { isMap, parseDocument } from 'yaml';
import type { Identity } from './identify.ts';
import { type Answer, answerText, type Message } from './message.ts';
import type { MotoClient } from './moto/moto-client.ts';
import { wireError } from './wire-error.ts';

export async function validateTemplate(
  message: Message,
  { parameters, protocol }: Identity,
  moto: MotoClient,
): Promise<Answer> {
  const body = parameters['TemplateBody'] ?? (await fromS3(message, String(parameters['TemplateURL']), moto));
  const template = parseDocument(String(body), { logLevel: 'silent' }); // JSON is YAML too
  if (template.errors.length === 0 && isMap(template.contents) && template.has('Resources')) return valid;
  const why = template.errors[0]?.message ?? 'At least one Resources member must be defined.';
  return wireError(protocol, {
    status: 400,
    code: 'ValidationError',
    message: `Template format error: ${why}`,
  });
}

/** The URL names S3 at AWS; the object is moto's. */
async function fromS3(message: Message, url: string, moto: MotoClient): Promise<string> {
  const { hostname, pathname } = new URL(url);
  const bucket = /^(.+)\.s3[.-]/.exec(hostname)?.[1]; // else it is the first part of the path
  const target = bucket === undefined ? pathname : `/${bucket}${pathname}`;
  // moto reads of a signature what service it is for, and no more.
  const authorization = 'AWS4-HMAC-SHA256 Credential=test/20000101/us-east-1/s3/aws4_request, Signature=none';
  const answer = await moto.send({
    method: 'GET',
    target,
    headers: { authorization, host: message.headers.host ?? '127.0.0.1' },
    body: Buffer.alloc(0),
  });
  if (answer.status !== 200) throw new Error(`S3 answers ${answer.status} for the template ${url}`);
  return answer.body.toString();
}

const valid = answerText(
  200,
  'text/xml',
  '<ValidateTemplateResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">' +
    '<ValidateTemplateResult><Parameters/><Capabilities/></ValidateTemplateResult>' +
    '<ResponseMetadata><RequestId>00000000-0000-0000-0000-000000000000</RequestId></ResponseMetadata>' +
    '</ValidateTemplateResponse>',
);
