import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';

import { chromium } from 'playwright-core';

import { origin } from './gateway.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const present = existsSync(executablePath);
const skip =
  !present && process.env.CI !== 'true' && `no browser at ${executablePath}: apt-get install chromium, or set CHROMIUM`;

test('GraphiQL runs a query and a subscription, shows the schema, and asks nobody but the gateway', { skip }, async (t) => {
  const browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.after(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const asked = [];
  const complaints = [];
  page.on('request', (request) => asked.push(request.url()));
  const acknowledged = new Promise((resolve) => {
    page.on('websocket', (socket) => {
      asked.push(socket.url().replace(/^ws/, 'http'));
      socket.on('framereceived', ({ payload }) => payload.includes('connection_ack') && resolve());
    });
  });
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));

  const run = async (name, operation) => {
    await page.locator('.graphiql-query-editor .CodeMirror').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(operation);
    // GraphiQL reads the operation a moment after it was typed, and then names the tab after it.
    await page.getByRole('tab', { name }).waitFor();
    await page.getByRole('button', { name: /^Execute query/ }).click();
  };

  await page.goto(`${origin}/graphql`);
  await run('Once', 'query Once { __typename }');
  await page.locator('.result-window').getByText('"__typename": "Query"').waitFor();

  await run('Live', 'subscription Live { insightEvents { id } }');
  await acknowledged;
  await page.getByRole('button', { name: /^Stop query/ }).click();

  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').getByText('Subscription', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Open settings dialog' }).click();
  await page.getByRole('dialog').waitFor();

  if (process.env.SCREENSHOT) {
    await page.screenshot({ path: process.env.SCREENSHOT });
  }
  assert.deepEqual(asked.filter((url) => !url.startsWith(origin) && !url.startsWith('data:')), []);
  assert.deepEqual(complaints, []);
});
