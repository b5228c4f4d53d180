import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { suite, test } from 'node:test';

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

import { endpoint } from './gateway.js';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

for (const useGETForHashedQueries of [false, true]) {
  suite(`Apollo Client's persisted queries ${useGETForHashedQueries ? 'by GET' : 'by POST'}`, () => {
    test('a document is sent once with its hash, and then the hash is enough', async () => {
      const sent = [];
      const recording = (url, options) => {
        const parameters = options.body ? JSON.parse(options.body) : Object.fromEntries(new URL(url).searchParams);
        sent.push([options.method, 'query' in parameters]);
        return fetch(url, options);
      };
      const client = new ApolloClient({
        cache: new InMemoryCache(),
        link: ApolloLink.from([
          new PersistedQueryLink({ sha256, useGETForHashedQueries }),
          new HttpLink({ uri: endpoint, fetch: recording }),
        ]),
      });
      // Nobody has sent this document before.
      const query = gql`query { n${randomUUID().replaceAll('-', '')}: __typename }`;

      const ask = async () => Object.values((await client.query({ query, fetchPolicy: 'no-cache' })).data);

      assert.deepEqual(await ask(), ['Query']);
      assert.deepEqual(await ask(), ['Query']);
      const hashed = useGETForHashedQueries ? 'GET' : 'POST';
      assert.deepEqual(sent, [[hashed, false], ['POST', true], [hashed, false]]);
    });
  });
}
