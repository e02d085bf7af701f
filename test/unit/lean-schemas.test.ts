import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const { lean }: { lean: (source: string, words: Set<string>) => string } = createRequire(import.meta.url)(
  '../../shared/build/lean-schemas.cjs',
);

/** As an SDK client writes its schemas. */
const schemas = `const _B = "Body";
const _BE = "BusyError";
const _GI = "GoneItem";
const _Id = "Id";
const _It = "Item";
const _L = "Labels";
const _O = "Output";
const _P = "PresignedUrl";
const _e = "error";
const _xN = "xmlName";
const n0 = "com.amazonaws.example";
var PresignedUrlText = [0, n0, _P, 8, 0];
export var BusyError$ = [-3, n0, _BE,
    { [_e]: \`client\` },
    [_B],
    [0]
];
n0_registry.registerError(BusyError$, BusyError);
export var GoneItem$ = [3, n0, _GI,
    0,
    [_Id],
    [[0, { [_xN]: _Id }]]
];
export var Output$ = [3, n0, _O,
    0,
    [_B, _Id, _P, _It, _L],
    [() => GoneItem$, 0, [() => PresignedUrlText, 0], [() => GoneItem$, { [_xN]: \`item,[\`,
                [_e]: 1 }], () => Labels], 1
];
var Labels = [1, n0, _L,
    0, [0,
        { [_xN]: _It }]
];
`;

const leanFor = (...words: string[]) => lean(schemas, new Set(words));

it.each([
  ['nothing more', [], '_B, _Id, _P'],
  ['a structure that a source names', ['Item'], '_B, _Id, _P, _It'],
  ['a list that a source names', ['Labels'], '_B, _Id, _P, _L'],
])('keeps required members, scalars and %s', (_title, words, members) => {
  const result = leanFor(...words);
  expect(result).toContain(`    [${members}],\n    [() => GoneItem$, 0, [() => PresignedUrlText, 0]`);
  expect(result.includes('`item,[`')).toBe(words.includes('Item'));
});

it('writes the literals of keys in place of their constants', () => {
  expect(leanFor()).toContain('[[0, { "xmlName": _Id }]]');
  expect(leanFor()).not.toContain('[_xN]:');
});

it('registers the errors alone that a source names', () => {
  expect(leanFor()).not.toContain('registerError');
  expect(leanFor('BusyError')).toContain('n0_registry.registerError(BusyError$, BusyError);');
});

it.each<[title: string, from: string | RegExp, to: string, message: string]>([
  ['a structure is written in another way', '_O,\n    0,', '_O, 0,', '1 of 2 structures can be read'],
  ['a member has no type', '_It, _L]', '_It, _L, _O]', '6 names for 5 types'],
  ['a name is no constant', '_L = "Labels"', '_L = label("Labels")', 'no constant _L'],
  ['an error is registered in another way', '_registry.', '_errors.', '0 of 1 errors can be read'],
  ['there are no structures', /^export var \w+\$ = \[3,/gm, 'export const x = [3,', '0 of 0 structures'],
])('throws if %s', (_title, from, to, message) => {
  expect(() => lean(schemas.replace(from, to), new Set())).toThrow(message);
});
