import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import WebSocket from 'ws';

import { endpoint } from './gateway.js';

const clients = {
  'graphql-ws': () =>
    createSocketClient({ url: endpoint.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': () => createEventStreamClient({ url: endpoint, retryAttempts: 0 }),
};

/** The results of an operation that ends by itself. */
async function collect(client, query) {
  const results = [];
  await new Promise((resolve, reject) => {
    client.subscribe({ query }, { next: (result) => results.push(result), error: reject, complete: resolve });
  });
  return results;
}

for (const [name, createClient] of Object.entries(clients)) {
  suite(name, () => {
    test('a query is answered and completed', async (t) => {
      const client = createClient();
      t.after(() => client.dispose());

      const results = await collect(client, '{ __typename }');

      assert.deepEqual(results.map(({ data }) => data), [{ __typename: 'Query' }]);
    });

    test('a subscription stays open without an error until the client ends it', async (t) => {
      const client = createClient();
      t.after(() => client.dispose());
      const problems = [];
      const ended = new Promise((resolve, reject) => {
        const end = client.subscribe(
          { query: 'subscription { insightEvents { id } }' },
          {
            next: (result) => problems.push(...(result.errors ?? [])),
            error: reject,
            complete: resolve,
          },
        );
        // What is wrong with a subscription is told before the answer to what was sent after it.
        collect(client, '{ __typename }').then(end, reject);
      });

      await ended;
      assert.deepEqual(problems, []);
    });

    test('a query that is not valid is told to the client with a code', async (t) => {
      const client = createClient();
      t.after(() => client.dispose());

      const errors = await collect(client, '{ there_is_no_such_field }').then(
        (results) => results.flatMap((result) => result.errors),
        (errors) => errors,
      );

      assert.equal(errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    });
  });
}
