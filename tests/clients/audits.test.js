import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { serverAudits } from 'graphql-http';

import { endpoint } from './gateway.js';

const audits = serverAudits({ url: endpoint });

suite('GraphQL over HTTP', () => {
  test('all the audits of graphql-http are here', () => assert.equal(audits.length, 61));

  for (const audit of audits) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      assert.equal(result.status, 'ok', result.reason);
    });
  }
});
