/** Tags in requests and answers. */
import type { Element } from '@xmldom/xmldom';
import { refuseList } from './tag-rules.ts';
import { items, text } from './xml.ts';

/** The tags that a call gives what it creates, by key. */
export function tagsSpecified(parameters: URLSearchParams, resourceType: string): Map<string, string> {
  const tags = new Map<string, string>();
  for (const [key, type] of parameters) {
    const prefix = /^(TagSpecification\.\d+)\.ResourceType$/.exec(key)?.[1];
    if (prefix === undefined || type !== resourceType) continue;
    for (let number = 1; parameters.has(`${prefix}.Tag.${number}.Key`); number += 1) {
      const tag = `${prefix}.Tag.${number}`;
      tags.set(parameters.get(`${tag}.Key`) ?? '', parameters.get(`${tag}.Value`) ?? '');
    }
  }
  return tags;
}

export function setTags(
  parameters: URLSearchParams,
  resourceType: string,
  tags: ReadonlyMap<string, string>,
): void {
  if (tags.size === 0) return;
  parameters.set('TagSpecification.1.ResourceType', resourceType);
  [...tags].forEach(([key, value], index) => {
    parameters.set(`TagSpecification.1.Tag.${index + 1}.Key`, key);
    parameters.set(`TagSpecification.1.Tag.${index + 1}.Value`, value);
  });
}

export const tagsOf = (item: Element): [string, string][] =>
  items(item, 'tagSet').map((tag) => [text(tag, 'key'), text(tag, 'value')]);

/** Refuses more than a resource may have. */
export function allowedTags(tags: Map<string, string>): Map<string, string> {
  refuseList([...tags.keys()]);
  return tags;
}
