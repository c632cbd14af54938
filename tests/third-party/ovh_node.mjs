// The official Node client of OVHcloud, which speaks https only: started by ovh_node.py, which says where.
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

// The client stands in a folder of its own, not beside this file.
const ovh = createRequire(process.env.NODE_OVH)('@ovhcloud/node-ovh');
const url = new URL(process.env.OVH_ENDPOINT);
const place = { host: 'localhost', port: Number(url.port), basePath: url.pathname };
const keys = {
  appKey: process.env.OVH_APPLICATION_KEY,
  appSecret: process.env.OVH_APPLICATION_SECRET,
  consumerKey: process.env.OVH_CONSUMER_KEY,
};

let requests = 0;
let checks = 0;
const equal = (actual, expected, what) => {
  checks += 1;
  assert.deepEqual(actual, expected, what);
};
const client = (credential) => {
  const api = ovh({ ...place, ...credential });
  return (method, path, params = {}) => {
    requests += 1;
    return api.requestPromised(method, path, params);
  };
};
const refused = async (call, status, message) => {
  const refusal = await call.then(() => assert.fail(`not refused: ${message}`), (error) => error);
  equal([refusal.error, refusal.message], [status, message], message);
};
const until = async (what, holds) => {
  for (let look = 0; look < 200; look += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail(`never came: ${what}`);
};

const call = client(keys);
const zone = '/domain/zone/example.com';
const deployed = () => until('a deployed zone', async () => (await call('GET', `${zone}/status`)).isDeployed);

const me = await call('GET', '/me');
equal(me.nichandle.endsWith('-ovh'), true, 'the account');
equal((await call('GET', '/v1/me')).nichandle, me.nichandle, 'the same by /v1');
equal(Array.isArray(await call('GET', '/v2/iam/policy')), true, 'policies by /v2');
equal(await call('GET', '/domain/zone'), ['example.com', 'example.org'], 'zones');

// A body with a letter that the client escapes, for it signs what it sends.
const record = await call('POST', `${zone}/record`, {
  fieldType: 'TXT', subDomain: 'node', target: '"grüße"', ttl: 60,
});
equal(record.subDomain, 'node', 'created record');
await call('POST', `${zone}/refresh`);
await deployed();
equal(await call('GET', `${zone}/record`, { fieldType: 'TXT', subDomain: 'node' }), [record.id], 'records by a query');
equal(await call('PUT', `${zone}/record/{id}`, { id: record.id, ttl: 120 }), null, 'a change answers nothing');
equal((await call('GET', `${zone}/record/{id}`, { id: record.id })).ttl, 120, 'changed record');
equal(await call('DELETE', `${zone}/record/${record.id}`), null, 'a deletion answers nothing');
await call('POST', `${zone}/refresh`);
await deployed();
await refused(call('GET', `${zone}/record/${record.id}`), 404, 'The requested object (id = ' + record.id + ') does not exist');

await refused(client({ ...keys, appSecret: 'guessed' })('GET', '/me'), 400, 'Invalid signature');
await refused(client({ ...keys, consumerKey: 'unknown' })('GET', '/me'), 403, 'This credential does not exist');

// A consumer key of its own, which is of no use until somebody has agreed.
const open = client({ appKey: keys.appKey, appSecret: keys.appSecret });
const asked = await open('POST', '/auth/credential', { accessRules: [{ method: 'GET', path: '/me' }] });
equal(asked.state, 'pendingValidation', 'a new consumer key');
await refused(client({ ...keys, consumerKey: asked.consumerKey })('GET', '/me'), 403, 'This credential is not valid');

console.log(`node-ovh: ${requests} requests, ${checks} checks`);
