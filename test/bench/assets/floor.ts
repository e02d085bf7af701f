/**
 * `floor.ts <folder> <url of a bucket>`: puts every file by Node's own client over 64 kept connections.
 * Neither signs nor checks nor compares: nothing that works can be faster on Node.
 */
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { Agent, type ClientRequest, request } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pMap from 'p-map';

const [, , folder = '', bucket = ''] = process.argv;
const { hostname, port, pathname } = new URL(bucket);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const largest = 16 * 1024 * 1024;

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, name }) => join(parentPath, name));

function put(file: string): Promise<void> {
  const { size } = statSync(file);
  return new Promise((resolve, reject) => {
    const path = `${pathname}/${file.slice(folder.length + 1)}`;
    const outgoing = request({
      hostname,
      port,
      path,
      agent,
      method: 'PUT',
      headers: { 'content-length': size },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      if (response.statusCode !== 200) reject(new Error(`${file}: HTTP ${response.statusCode}`));
      response.resume();
      response.on('end', resolve);
    });
    send(file, size, outgoing).catch(reject);
  });
}

async function send(file: string, size: number, outgoing: ClientRequest): Promise<void> {
  if (size <= largest) outgoing.end(readFileSync(file));
  else await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), outgoing);
}

await pMap(files, put, { concurrency: 64 });
agent.destroy();
