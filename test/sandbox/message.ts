/** A request and an answer, apart from the sockets that carry them. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';

export interface Message {
  method: string;
  /** Path and query as sent. */
  target: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

export function answerText(status: number, contentType: string, text: string): Answer {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(text) };
}
