/** EC2's answers as trees, to be changed here and there and written again. */
import { randomUUID } from 'node:crypto';
import { DOMParser, type Document, type Element, XMLSerializer } from '@xmldom/xmldom';
import type { Answer } from '../message.ts';

export function parseAnswer(answer: Answer): Element {
  const root = new DOMParser().parseFromString(answer.body.toString(), 'text/xml').documentElement;
  if (root === null) throw new Error('moto answered no XML');
  return root;
}

/** `answer` with another body. */
export function withBody(answer: Answer, root: Element): Answer {
  return { ...answer, body: Buffer.from(new XMLSerializer().serializeToString(documentOf(root))) };
}

const namespace = 'http://ec2.amazonaws.com/doc/2016-11-15/';

/** An answer that moto has no part in. */
export function ownAnswer(action: string, fill: (root: Element) => void): Answer {
  const document = new DOMParser().parseFromString(`<${action}Response xmlns="${namespace}"/>`, 'text/xml');
  const root = document.documentElement;
  if (root === null) throw new Error(`no answer to ${action}`);
  setText(root, 'requestId', randomUUID());
  fill(root);
  return withBody(
    { status: 200, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: Buffer.of() },
    root,
  );
}

/** A new child with what another document's element holds; in this document's namespace, or readers stumble over it. */
export function adopt(parent: Element, name: string, other: Element): Element {
  const element = append(parent, name);
  const parts = children(other);
  if (parts.length === 0) element.textContent = other.textContent;
  for (const part of parts) adopt(element, part.nodeName, part);
  return element;
}

export function child(parent: Element, name: string): Element | undefined {
  return children(parent).find((element) => element.nodeName === name);
}

/** The `item` elements of a set; none if the set is not there. */
export function items(parent: Element, setName: string): Element[] {
  const set = child(parent, setName);
  return set === undefined ? [] : children(set);
}

export function text(parent: Element, name: string): string {
  return child(parent, name)?.textContent ?? '';
}

/** Sets a child's text; makes the child if there is none. */
export function setText(parent: Element, name: string, value: string): void {
  (child(parent, name) ?? append(parent, name)).textContent = value;
}

export function append(parent: Element, name: string): Element {
  const element = documentOf(parent).createElementNS(parent.namespaceURI, name);
  parent.appendChild(element);
  return element;
}

export function remove(element: Element): void {
  element.parentNode?.removeChild(element);
}

/** Walks by siblings: the DOM's live lists are searched anew at every step. */
function children(parent: Element): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE) found.push(node as Element);
  }
  return found;
}

function documentOf(element: Element): Document {
  if (element.ownerDocument === null) throw new Error('an element without a document');
  return element.ownerDocument;
}
