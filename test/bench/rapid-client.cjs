/** In place of the native HTTP client of AWS's runtime loader: the same calls, made in Node. */
const { request } = require('node:http');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const path = (rest) => `/2018-06-01/runtime/invocation/${rest}`;

function post(rest, body) {
  request({ hostname, port, method: 'POST', path: path(rest) }, (response) => response.resume()).end(body);
}

module.exports = {
  initializeClient() {},
  next: () =>
    new Promise((resolve, reject) => {
      const incoming = request({ hostname, port, path: path('next') }, (response) => {
        let bodyJson = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          bodyJson += chunk;
        });
        response.on('end', () => resolve({ bodyJson, headers: response.headers }));
      });
      incoming.on('error', reject).end();
    }),
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body) => post(`${id}/error`, body),
};
