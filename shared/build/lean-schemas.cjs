/**
 * An SDK client keeps the schemas of all its operations in one file: EC2's has 1.3 MB. This step lets
 * esbuild drop what the functions do not use, and throws if the file is not written as it expects.
 */
const { readdirSync, readFileSync } = require('node:fs');
const { readFile } = require('node:fs/promises');
const { join } = require('node:path');

const leanSchemas = {
  name: 'lean-schemas',
  setup(build) {
    const words = wordsOf(['functions', 'shared']);
    build.onLoad(
      { filter: /@aws-sdk[\\/]client-[^\\/]+[\\/].+[\\/]schemas[\\/]schemas_\d+\.js$/ },
      async ({ path }) => {
        const source = await readFile(path, 'utf8');
        try {
          return { contents: lean(source, words), loader: 'js' };
        } catch (error) {
          throw new Error(`${path} is not as shared/build/lean-schemas.cjs expects: ${error.message}`);
        }
      },
    );
  },
};

/** `source` without what nothing named in `words` can use. */
function lean(source, words) {
  const constants = new Map();
  for (const [, name, text] of source.matchAll(/^const (_\w+) = "([^"\\]*)";$/gm)) constants.set(name, text);
  const isUsed = (constant) => {
    if (!constants.has(constant)) throw new Error(`no constant ${constant}`);
    return words.has(constants.get(constant));
  };
  return withLiteralKeys(withoutErrors(withoutMembers(source, isUsed), words), constants);
}

/**
 * A computed key such as `{ [_xN]: … }` could run code, so esbuild keeps every object that has one, used
 * or not; with a literal in its place the object may go.
 */
function withLiteralKeys(source, constants) {
  return source.replace(/\[(_\w+)\]:/g, (key, name) =>
    constants.has(name) ? `${JSON.stringify(constants.get(name))}:` : key,
  );
}

const structure =
  /^((?:export )?var [\w$]+ = \[3, n0, _\w+,\n {4}.+,\n {4})\[([\w, ]*)\],\n {4}\[([\s\S]*?)\]((?:, (\d+))?\n\];)$/gm;

/**
 * Takes the members from structures that hold further structures or lists and that our sources nowhere
 * name: they can be neither sent nor read. A scalar stays, as the SDK sets some by itself (idempotency
 * tokens), and so does a required member.
 */
function withoutMembers(source, isUsed) {
  const aggregates = new Set(
    [...source.matchAll(/^(?:export )?var ([\w$]+) = \[[1-4],/gm)].map(([, name]) => name),
  );
  let found = 0;
  const result = source.replace(structure, (_whole, head, nameList, typeList, tail, required = '0') => {
    found++;
    const names = elements(nameList);
    const types = elements(typeList);
    if (names.length !== types.length) throw new Error(`${names.length} names for ${types.length} types`);
    const kept = names.map((name, index) => {
      const [, reference] = /^\[?\(\) => ([\w$]+)/.exec(types[index]) ?? [];
      return index < Number(required) || !aggregates.has(reference) || isUsed(name);
    });
    const only = (list) => `[${list.filter((_, index) => kept[index]).join(', ')}]`;
    return `${head}${only(names)},\n    ${only(types)}${tail}`;
  });
  const declared = [...source.matchAll(/^(?:export )?var [\w$]+ = \[3,/gm)].length;
  if (found === 0 || found !== declared) throw new Error(`${found} of ${declared} structures can be read`);
  return result;
}

/** The elements of an array's source text, split at the commas outside all brackets. */
function elements(list) {
  const result = [];
  let depth = 0;
  let start = 0;
  for (const { 0: sign, index } of `${list},`.matchAll(/"[^"]*"|`[^`]*`|[()[\]{},]/g)) {
    if ('([{'.includes(sign)) depth++;
    else if (')]}'.includes(sign)) depth--;
    else if (sign === ',' && depth === 0) {
      result.push(list.slice(start, index).trim());
      start = index + 1;
    }
  }
  return result.filter((element) => element !== '');
}

/**
 * Takes a service's error classes out of the registry, which keeps them all, save those that our sources
 * name. Any other error comes as the client's base exception, with AWS's own name, message and status:
 * `shared/aws/errors.ts` and the SDK's retries know errors by these.
 */
function withoutErrors(source, words) {
  let found = 0;
  const result = source.replace(/^n0_registry\.registerError\([\w$]+, (\w+)\);$/gm, (call, name) => {
    found++;
    return words.has(name) ? call : '';
  });
  const declared = [...source.matchAll(/^export var [\w$]+ = \[-3, n0,/gm)].length;
  if (found !== declared) throw new Error(`${found} of ${declared} errors can be read`);
  return result;
}

/** Every word in the TypeScript of these folders of the project. */
function wordsOf(folders) {
  const words = new Set();
  for (const folder of folders) {
    const path = join(__dirname, '../..', folder);
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      for (const [word] of readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(/\w+/g))
        words.add(word);
    }
  }
  return words;
}

module.exports = { leanSchemas, lean };
