// Asks one server the questions in a file (a request body a line), as fast as it answers, and prints what came of it:
// node load.js URL CONNECTIONS SECONDS FILE
import { readFileSync } from 'node:fs';

import autocannon from 'autocannon';

const QUESTIONS_OF_A_CONNECTION = 200;

const [url, connections, seconds, file] = process.argv.slice(2);
const requests = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((body) => ({ body }));

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  // Each connection asks from a place of its own on, so that no two ask the same at one moment.
  setupClient: (client) => {
    const start = Math.floor(Math.random() * requests.length);
    const own = [...requests.slice(start), ...requests.slice(0, start)].slice(0, QUESTIONS_OF_A_CONNECTION);
    client.setRequests(own.map((request) => ({ ...request })));
  },
  verifyBody: (body) => body.startsWith('{"data":{'),
});
const failed = result.errors + result.non2xx + result.mismatches;
console.log(JSON.stringify({ rate: result.requests.total / result.duration, failed }));
