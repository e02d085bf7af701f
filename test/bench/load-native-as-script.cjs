// Required before AWS's runtime loader: its `rapid-client.node` is a script here (rapid-client.cjs).
const Module = require('node:module');

Module._extensions['.node'] = Module._extensions['.js'];
