/** The code that runs at CloudFront's edge: JavaScript of its own, without modules. */

/**
 * What makes folders of keys: S3 behind origin access control knows no index but that of the root.
 * `/docs/` shows its index; `/docs` is sent to `/docs/`, so that the page's relative links lead somewhere.
 * Several slashes at the start become one: `//example.com/` would send a browser to another host.
 */
export const foldersCode = (index: string): string => `function handler(event) {
  const request = event.request;
  const uri = request.uri;
  if (uri.endsWith('/')) {
    request.uri = uri + ${JSON.stringify(index)};
    return request;
  }
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  if (name.includes('.') || uri.startsWith('/.well-known/')) return request;
  const location = uri.replace(/^[\\/\\\\]+/, '/') + '/' + queryOf(request.querystring);
  return { statusCode: 302, statusDescription: 'Found', headers: { location: { value: location } } };
}

function queryOf(parameters) {
  const pairs = [];
  for (const name in parameters) {
    const values = parameters[name].multiValue || [parameters[name]];
    for (const one of values) pairs.push(one.value === '' ? name : name + '=' + one.value);
  }
  return pairs.length > 0 ? '?' + pairs.join('&') : '';
}
`;
