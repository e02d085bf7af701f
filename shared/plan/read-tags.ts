/** Tags as jobs have them. */

export type TagsFile = Record<string, string | string[]>;

/** A tag's value is always a list there. */
export function asInJobs<Chosen extends { tags?: TagsFile | undefined }>({ tags, ...others }: Chosen) {
  return { ...(tags && { tags: tagLists(tags) }), ...others };
}

export const tagLists = (tags: TagsFile): Record<string, string[]> =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, [value].flat()] as const));
