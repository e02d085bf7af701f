/** The media type by a file's ending. */
import { mimes } from 'mrmime';

/** mrmime's, and what it does not know, or knows as what a site does not mean by it. */
const types = new Map<string, string>([
  ...Object.entries(mimes),
  ...Object.entries({
    br: 'application/x-brotli',
    // To Node it is CommonJS; a browser that is sent it runs it as a script or not at all.
    cjs: 'text/javascript',
    eot: 'application/vnd.ms-fontobject',
    flac: 'audio/flac',
    ico: 'image/vnd.microsoft.icon',
    m3u8: 'application/vnd.apple.mpegurl',
    ndjson: 'application/x-ndjson',
    zst: 'application/zstd',
  }),
]);

/** https://developer.apple.com/documentation/xcode/supporting-associated-domains: by name, and as JSON. */
const typesByName = new Map([['apple-app-site-association', 'application/json']]);

/** What is not known is offered for download, never guessed: a wrong guess runs as a script. */
const unknown = 'application/octet-stream';

/** Text is said to be UTF-8, as build tools write it: without that browsers guess by their language. */
export function contentTypeOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const type = typesByName.get(name) ?? typeOfEnding(name) ?? unknown;
  return type.startsWith('text/') ? `${type};charset=utf-8` : type;
}

function typeOfEnding(name: string): string | undefined {
  const dot = name.lastIndexOf('.');
  // `.html` is a file without an ending.
  return dot <= 0 ? undefined : types.get(name.slice(dot + 1).toLowerCase());
}
