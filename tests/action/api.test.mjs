// The mock API, asked with fetch and with curl: limits, paging, scopes, failures, downloads.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openWorld } from './harness/world.mjs';
import { makeZip, readZip } from './harness/zip.mjs';

const run = promisify(execFile);
const TOKEN = 'token-good';
const SHA = 'c'.repeat(40);

async function open(t, permissions = { 'pull-requests': 'write', checks: 'write', actions: 'read', contents: 'read' }) {
    const { api, artifacts } = await openWorld(t, { repo: false });
    api.addToken(TOKEN, permissions);
    const ask = async (method, path, body, token = TOKEN) => {
        const response = await fetch(path.startsWith('http') ? path : `${api.url}${path}`, { method, body: body && JSON.stringify(body),
            headers: token ? { authorization: `Bearer ${token}` } : {} });
        const text = await response.text();
        return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
    };
    return { api, artifacts, ask };
}

test('comments: made, found over pages by Link, changed, deleted', async t => {
    const { api, ask } = await open(t);
    Array.from({ length: 250 }, (_, i) => api.addComment(3, `foreign ${i}`, 'someone'));
    const made = await ask('POST', '/repos/octo/demo/issues/3/comments', { body: 'ours' });
    assert.equal(made.status, 201);
    assert.equal(made.body.user.login, 'github-actions[bot]');
    const all = [];
    let pages = 0;
    for (let next = '/repos/octo/demo/issues/3/comments?per_page=100'; next; pages++) {
        const page = await ask('GET', next);
        all.push(...page.body);
        next = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    assert.deepEqual([all.length, pages, all.at(-1).body], [251, 3, 'ours']);
    assert.equal((await ask('GET', '/repos/octo/demo/issues/3/comments?per_page=1000')).body.length, 100);
    await ask('PATCH', `/repos/octo/demo/issues/comments/${made.body.id}`, { body: 'changed' });
    assert.equal(api.issue(3).comments.at(-1).body, 'changed');
    assert.equal((await ask('DELETE', `/repos/octo/demo/issues/comments/${made.body.id}`)).status, 204);
    assert.equal(api.issue(3).comments.length, 250);
    assert.equal((await ask('PATCH', '/repos/octo/demo/issues/comments/1', { body: 'x' })).status, 404);
});

test('limits: comment 65 536 characters, check summary 65 535, 50 annotations', async t => {
    const { ask } = await open(t);
    const comment = body => ask('POST', '/repos/octo/demo/issues/3/comments', { body });
    assert.equal((await comment('é'.repeat(65536))).status, 201, 'characters, not bytes');
    assert.equal((await comment('x'.repeat(65537))).status, 422);
    assert.equal((await comment('')).status, 422);
    const check = output => ask('POST', '/repos/octo/demo/check-runs', { name: 'perf', head_sha: SHA, output });
    const annotations = Array.from({ length: 51 }, () => ({ path: 'a', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'x' }));
    assert.equal((await check({ title: 'x', summary: 'x'.repeat(65536) })).status, 422);
    assert.equal((await check({ title: 'x', summary: 'x', annotations })).status, 422);
    const made = await check({ title: 'x', summary: 'x'.repeat(65535), annotations: annotations.slice(1) });
    assert.equal(made.status, 201);
    const done = await ask('PATCH', `/repos/octo/demo/check-runs/${made.body.id}`, { conclusion: 'failure', output: { title: 'x', summary: 'y', annotations: annotations.slice(0, 2) } });
    assert.deepEqual([done.body.status, done.body.output.annotations.length], ['completed', 52]);
});

test('scopes: no token 401, a wrong one 401, one that may not 403', async t => {
    const { ask } = await open(t, { contents: 'read' });
    const comment = token => ask('POST', '/repos/octo/demo/issues/3/comments', { body: 'x' }, token);
    assert.deepEqual([(await comment('')).status, (await comment('bad')).status, (await comment(TOKEN)).status], [401, 401, 403]);
    assert.match((await comment(TOKEN)).body.message, /not accessible by integration/);
    for (const [method, path] of [['GET', '/issues/3/labels'], ['GET', '/actions/artifacts'], ['POST', '/check-runs']]) {
        const answer = await ask(method, `/repos/octo/demo${path}`, method === 'POST' ? { name: 'x', head_sha: SHA } : undefined);
        assert.equal(answer.status, 403, path);
    }
    const reader = await open(t, { 'pull-requests': 'read' });
    assert.equal((await reader.ask('GET', '/repos/octo/demo/issues/3/labels')).status, 200);
    assert.equal((await reader.ask('POST', '/repos/octo/demo/issues/3/comments', { body: 'x' })).status, 403);
});

test('labels and their timeline, pull requests by head, the viewer', async t => {
    const { api, ask } = await open(t);
    api.addLabel(3, 'perf-ok', 'ada');
    assert.deepEqual((await ask('GET', '/repos/octo/demo/issues/3/labels')).body, [{ name: 'perf-ok' }]);
    const [event] = (await ask('GET', '/repos/octo/demo/issues/3/timeline')).body;
    assert.deepEqual([event.event, event.label.name, event.actor.login], ['labeled', 'perf-ok', 'ada']);
    api.addPull({ number: 3, sha: SHA, branch: 'x', owner: 'contributor' });
    api.addPull({ number: 4, sha: SHA, branch: 'x', owner: 'octo', state: 'closed' });
    const byHead = async query => (await ask('GET', `/repos/octo/demo/pulls?${query}`)).body.map(p => p.number);
    assert.deepEqual(await byHead('state=open&head=contributor:x'), [3]);
    assert.deepEqual(await byHead('state=open&head=octo:x'), []);
    assert.deepEqual(await byHead('state=all'), [3, 4]);
    assert.deepEqual((await ask('GET', `/repos/octo/demo/commits/${SHA}/pulls`)).body.map(p => p.number), [4], 'not those of forks');
    assert.equal((await ask('GET', '/repos/octo/demo/pulls/3')).body.head.sha, SHA);
    assert.equal((await ask('GET', '/repos/octo/demo/pulls/9')).status, 404);
    const viewer = await ask('POST', '/graphql', { query: 'query { viewer { login } }' });
    assert.equal(viewer.body.data.viewer.login, 'github-actions[bot]');
    assert.ok((await ask('POST', '/graphql', { query: 'query { repository { id } }' })).body.errors);
});

test('failures on request: 502, 429 with Retry-After, a cut line; everything is logged', async t => {
    const { api, ask } = await open(t);
    api.inject({ path: /labels/, status: 502, times: 2 });
    api.inject({ method: 'POST', status: 429, headers: { 'retry-after': '1' } });
    api.inject({ path: /timeline/, status: 0 });
    const labels = async () => (await ask('GET', '/repos/octo/demo/issues/3/labels')).status;
    assert.deepEqual([await labels(), await labels(), await labels()], [502, 502, 200]);
    const busy = await ask('POST', '/repos/octo/demo/issues/3/comments', { body: 'x' });
    assert.deepEqual([busy.status, busy.headers.get('retry-after')], [429, '1']);
    await assert.rejects(ask('GET', '/repos/octo/demo/issues/3/timeline'));
    assert.equal((await ask('GET', '/repos/octo/demo/unheard-of')).status, 404);
    assert.deepEqual(api.log.map(e => [e.method, e.status, Boolean(e.injected), Boolean(e.unknown)]), [
        ['GET', 502, true, false], ['GET', 502, true, false], ['GET', 200, false, false], ['POST', 429, true, false],
        ['GET', 0, true, false], ['GET', 404, false, true]]);
});

test('artifacts: listed, described, downloaded by a redirect that must not see the token', async t => {
    const { api, artifacts, ask } = await open(t);
    const data = makeZip([{ name: 'report.json', data: '{}' }]);
    for (const [id, branch] of [[1, 'main'], [2, 'other']]) {
        artifacts.upload({ run: { id, head_branch: branch, head_sha: SHA }, name: 'perf', data });
    }
    const listed = (await ask('GET', '/repos/octo/demo/actions/artifacts?name=perf')).body;
    assert.deepEqual(listed.artifacts.map(a => a.workflow_run.id), [2, 1]);
    assert.equal((await ask('GET', '/repos/octo/demo/actions/runs/1/artifacts')).body.total_count, 1);
    const [{ archive_download_url: url, digest, size_in_bytes: size }] = listed.artifacts;
    assert.equal(size, data.length);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    const { stdout } = await run('curl', ['-sSL', '-H', 'Authorization: Bearer token-good', url], { encoding: 'buffer' });
    assert.equal(readZip(stdout)[0].data.toString(), '{}');
    assert.equal((await fetch(`${api.blobUrl}/artifact/${listed.artifacts[0].id}`, { headers: { authorization: 'Bearer token-good' } })).status, 403);
    artifacts.get(listed.artifacts[0].id).expired = true;
    assert.equal((await ask('GET', new URL(url).pathname)).status, 410);
});
