// The cache: the same cases through GitHub's own client, on the local service, and through the shims that scenarios use.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cacheVersion, CacheStore } from './harness/cache_store.mjs';
import { startCacheService } from './harness/cache_service.mjs';
import { SHIMS } from './harness/shims.mjs';

const PATH = '.perfgate/baseline';
const root = mkdtempSync(join(tmpdir(), 'perfgate-cache-'));
const harness = new URL('harness/', import.meta.url).pathname;
after(() => rmSync(root, { recursive: true, force: true }));

function folder(text) {
    const workspace = mkdtempSync(join(root, 'workspace-'));
    if (text !== undefined) {
        mkdirSync(join(workspace, PATH), { recursive: true });
        writeFileSync(join(workspace, PATH, 'file'), text);
    }
    return workspace;
}
const kept = workspace => (existsSync(join(workspace, PATH, 'file')) ? readFileSync(join(workspace, PATH, 'file'), 'utf8') : null);

// GitHub's client in a workspace → what cache_client.mjs answers, with all that it printed
async function real(service, workspace, request, env = {}) {
    const temp = mkdtempSync(join(root, 'temp-'));
    const child = spawn(process.execPath, ['--import', `${harness}register.mjs`, `${harness}cache_client.mjs`, JSON.stringify(request)], {
        cwd: workspace,
        env: { PATH: process.env.PATH, HOME: temp, RUNNER_TEMP: temp, GITHUB_WORKSPACE: workspace, ACTIONS_CACHE_SERVICE_V2: 'true',
            ACTIONS_RESULTS_URL: service.url, ACTIONS_RUNTIME_TOKEN: 'runtime', GITHUB_SERVER_URL: 'https://github.com', ...env },
    });
    let output = '';
    child.stdout.on('data', data => { output += data; });
    child.stderr.on('data', data => { output += data; });
    await new Promise(done => child.on('close', done));
    return { ...JSON.parse(output.trim().split('\n').at(-1)), output };
}

async function shim(store, workspace, { verb, paths, key, restoreKeys = [] }, { github = {}, cacheMode } = {}) {
    const outputs = {};
    const notes = [];
    const call = {
        inputs: { path: paths.join('\n'), key, 'restore-keys': restoreKeys.join('\n') }, workspace, world: { cache: store },
        job: { github: { ref: 'refs/heads/main', event: {}, ...github }, options: { cacheMode } },
        log: line => notes.push(line), annotate: (level, message) => notes.push(`${level}: ${message}`),
        setOutput: (name, value) => { outputs[name] = value; },
    };
    try {
        await SHIMS[`actions/cache/${verb}`](call);
    } catch (error) {
        return { error: error.message, notes };
    }
    return { matched: outputs['cache-matched-key'] ?? null, outputs, notes };
}

// One table, two ways through it.
const ways = {
    'the shims': async () => {
        const store = new CacheStore();
        return { store, save: (w, request) => shim(store, w, { verb: 'save', ...request }), restore: (w, request) => shim(store, w, { verb: 'restore', ...request }) };
    },
    "GitHub's client": async t => {
        const store = new CacheStore();
        const service = await startCacheService({ store });
        t.after(() => service.close());
        return { store, service, save: (w, request) => real(service, w, { verb: 'save', ...request }), restore: (w, request) => real(service, w, { verb: 'restore', ...request }) };
    },
};

for (const [name, open] of Object.entries(ways)) {
    test(`${name}: the nearest of exact ancestor keys is restored, spelling and number of keys matter`, async t => {
        const { store, save, restore } = await open(t);
        await save(folder('two'), { paths: [PATH], key: 'k-2' });
        await save(folder('three'), { paths: [PATH], key: 'k-3' });
        assert.equal(store.entries.length, 2);
        assert.equal(store.entries[0].version, cacheVersion([PATH]), 'the version is hashed as the client does');
        const hit = folder();
        assert.equal((await restore(hit, { paths: [PATH], key: 'k-1', restoreKeys: ['k-2', 'k-3'] })).matched, 'k-2');
        assert.equal(kept(hit), 'two');
        assert.equal((await restore(folder(), { paths: [PATH], key: 'k-' })).matched, 'k-3', 'a prefix gives the newest');
        assert.equal((await restore(folder(), { paths: [`./${PATH}`], key: 'k-2' })).matched, null, 'another spelling');
        assert.match((await restore(folder(), { paths: [PATH], key: 'a', restoreKeys: 'bcdefghijk'.split('') })).error, /maximum of 10/);
        const changed = folder('changed');
        await save(changed, { paths: [PATH], key: 'k-2' });
        assert.equal(store.entries.length, 2, 'a key is never written again');
        store.evict(entry => entry.key === 'k-2');
        assert.equal((await restore(folder(), { paths: [PATH], key: 'k-2' })).matched, null, 'evicted');
    });
}

test("GitHub's client: a second save, a denied one and a read-only mode are no failure", async t => {
    const { store, service, save } = await ways["GitHub's client"](t);
    await save(folder('one'), { paths: [PATH], key: 'k' });
    const again = await save(folder('one'), { paths: [PATH], key: 'k' });
    assert.equal(again.error, undefined);
    assert.match(again.output, /Failed to save|Unable to reserve/);
    service.state.readOnly = true;
    const denied = await save(folder('one'), { paths: [PATH], key: 'other' });
    assert.equal(denied.error, undefined);
    const asked = service.log.length;
    const quiet = await real(service, folder('one'), { verb: 'save', paths: [PATH], key: 'third' }, { ACTIONS_CACHE_MODE: 'read' });
    assert.equal(quiet.error, undefined);
    assert.equal(service.log.length, asked, 'nothing was asked');
    assert.equal(store.entries.length, 1);
});

test('the shims: a branch sees its own scope, its base and the default branch, main never a pull request', async () => {
    const store = new CacheStore();
    const pull = { ref: 'refs/pull/7/merge', base_ref: 'release' };
    const request = { paths: [PATH], key: 'k' };
    for (const [text, github] of [['main', {}], ['release', { ref: 'refs/heads/release' }], ['pull', pull]]) {
        await shim(store, folder(text), { verb: 'save', ...request }, { github });
    }
    const restored = async github => {
        const workspace = folder();
        await shim(store, workspace, { verb: 'restore', ...request }, { github });
        return kept(workspace);
    };
    assert.equal(await restored(pull), 'pull');
    assert.equal(await restored({ ref: 'refs/pull/8/merge', base_ref: 'release' }), 'release');
    assert.equal(await restored({ ref: 'refs/pull/9/merge', base_ref: 'other' }), 'main');
    store.evict(entry => entry.scope !== 'refs/pull/7/merge');
    assert.equal(await restored({}), null);
});

test('the shims: read-only mode, outputs, misses', async () => {
    const store = new CacheStore();
    assert.match((await shim(store, folder('x'), { verb: 'save', paths: [PATH], key: 'k' }, { cacheMode: 'read' })).notes.join(), /read-only/);
    assert.equal(store.entries.length, 0);
    assert.match((await shim(store, folder(), { verb: 'save', paths: [PATH], key: 'k' })).notes.join(), /warning: Path Validation Error/);
    await shim(store, folder('x'), { verb: 'save', paths: [PATH], key: 'k' });
    assert.match((await shim(store, folder('x'), { verb: 'save', paths: [PATH], key: 'k' })).notes.join(), /warning: Failed to save: Unable to reserve/);
    const { outputs } = await shim(store, folder(), { verb: 'restore', paths: [PATH], key: 'k' });
    assert.deepEqual(outputs, { 'cache-primary-key': 'k', 'cache-matched-key': 'k', 'cache-hit': 'true' });
    assert.deepEqual((await shim(store, folder(), { verb: 'restore', paths: [PATH], key: 'none' })).outputs, { 'cache-primary-key': 'none' });
    assert.equal((await shim(store, folder(), { verb: 'restore', paths: [PATH], key: 'k' }, { cacheMode: 'none' })).matched, null);
    assert.match((await shim(store, folder(), { verb: 'restore', paths: [PATH], key: 'a,b' })).error, /commas/);
    assert.match((await shim(store, folder(), { verb: 'restore', paths: [PATH], key: 'k'.repeat(513) })).error, /512/);
});
