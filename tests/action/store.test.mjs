// Baselines: where they are kept, which of them counts, and who may write. Real git, real perfgate, GitHub's own cache client.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CacheStore } from './harness/cache_store.mjs';
import { startCacheService } from './harness/cache_service.mjs';
import { git } from './harness/repo.mjs';
import { recordingText, runFacts } from './harness/script.mjs';
import { openWorld } from './harness/world.mjs';
import { makeZip } from './harness/zip.mjs';

const MACHINE = '00ff00ff00ff00ff';
const OTHER = '1111222233334444';
const STORE = '.perfgate/baseline';
const harness = new URL('harness/', import.meta.url).pathname;

// A world whose main has COUNT commits more; shas: newest first.
async function mainWorld(t, count = 12) {
    const world = await openWorld(t);
    for (let i = 0; i < count; i++) {
        world.repo.pushMain({}, `commit ${i}`);
    }
    world.shas = git(world.repo.origin, ['rev-list', '--first-parent', 'main']).split('\n');
    return world;
}

const recording = (sha, { machine = MACHINE, time = '2026-01-02T03:04:05Z' } = {}) =>
    recordingText({ Parse: 1000 }, { commit: sha, branch: 'main', time, 'fingerprint-id': machine });

const save = (world, sha, { kind = 'git', machine = MACHINE, env = {}, verdict = 'pass', time, workspace } = {}) => runFacts(world, 'store-save', {
    workspace: workspace ?? world.repo.checkout(sha),
    facts: { 'head-sha': sha, fingerprint: machine, verdict, saving: 'true', 'recordings/head.txt': recording(sha, { machine, time }) },
    env: { GITHUB_EVENT_NAME: 'push', GITHUB_REF: 'refs/heads/main', PG_DEFAULT_BRANCH: 'main', PG_IN_BASELINE_STORE: kind, PG_IN_BASELINE_HISTORY: '50', ...env },
});

const fetch = (world, base, { kind = 'git', machine = MACHINE, env = {}, workspace = world.repo.checkout(base) } = {}) => runFacts(world, 'store-fetch', {
    workspace, facts: { 'base-sha': base, fingerprint: machine },
    env: { GITHUB_EVENT_NAME: 'pull_request', PG_DEFAULT_BRANCH: 'main', PG_REPOSITORY_ID: '1296269', PG_IN_BASELINE_STORE: kind, ...env },
});

const keys = (world, base, env = {}) => runFacts(world, 'store-keys', { workspace: world.repo.checkout(base),
    facts: { 'base-sha': base, fingerprint: MACHINE }, env: { PG_IN_BASELINE_STORE: 'cache', ...env } });

const branchFiles = world => git(world.repo.origin, ['ls-tree', '-r', '--name-only', 'perfgate-data']).split('\n').filter(Boolean);
const newest = run => run.fact('baseline')?.split('\n').at(-1) ?? null;

// what actions/cache/save and restore carry: the folder of the store
function carry(from, to) {
    mkdirSync(join(to, '.perfgate'), { recursive: true });
    cpSync(join(from, STORE), join(to, STORE), { recursive: true });
}

test('keys of the cache: the base and eight commits before it, exact, also in a shallow checkout', async t => {
    const world = await mainWorld(t);
    const run = await keys(world, world.shas[2]);
    assert.equal(run.code, 0, run.log);
    const all = [run.outputs.key, ...run.outputs['restore-keys'].split('\n')];
    assert.deepEqual(all.map(key => key.split('-').at(-1)), world.shas.slice(2, 11));
    assert.ok(all.every(key => /^perfgate1-Linux-\w+-00ff00ff-default-[0-9a-f]{40}$/.test(key)), all[0]);
    const first = await keys(world, world.shas.at(-1));
    assert.equal(first.outputs['restore-keys'], '');
    assert.equal(first.outputs.key.split('-').at(-1), world.shas.at(-1));
    const none = await runFacts(world, 'store-keys', { workspace: world.repo.checkout(world.shas[0]), facts: { fingerprint: MACHINE } });
    assert.deepEqual(none.outputs, {});
});

test('whatever baseline-key says, keys stay within GitHub\'s rules and apart', async t => {
    const world = await mainWorld(t, 2);
    const seen = new Set();
    for (const part of ['', 'gcc-13', 'gcc,13', 'gcc_13', 'x'.repeat(600), `${'x'.repeat(600)}y`, 'a\nb', '$(id) é', '--', '*']) {
        const { outputs, code, log } = await keys(world, world.shas[0], { PG_IN_BASELINE_KEY: part });
        assert.equal(code, 0, log);
        assert.match(outputs.key, /^[\w.-]{1,512}$/);
        seen.add(outputs.key);
    }
    assert.equal(seen.size, 10);
});

test('GitHub\'s cache client takes the keys, and finds the nearest ancestor', async t => {
    const world = await mainWorld(t);
    const store = new CacheStore();
    const service = await startCacheService({ store });
    t.after(() => service.close());
    const client = async (workspace, request) => {
        const temp = mkdtempSync(join(world.root, 'temp-'));
        const child = spawn(process.execPath, ['--import', `${harness}register.mjs`, `${harness}cache_client.mjs`, JSON.stringify({ paths: [STORE], ...request })], {
            cwd: workspace, env: { PATH: process.env.PATH, HOME: temp, RUNNER_TEMP: temp, GITHUB_WORKSPACE: workspace, ACTIONS_CACHE_SERVICE_V2: 'true',
                ACTIONS_RESULTS_URL: service.url, ACTIONS_RUNTIME_TOKEN: 'runtime', GITHUB_SERVER_URL: 'https://github.com' } });
        let output = '';
        child.stdout.on('data', data => { output += data; });
        child.stderr.on('data', data => { output += data; });
        await new Promise(done => child.on('close', done));
        return JSON.parse(output.trim().split('\n').at(-1));
    };
    for (const age of [9, 5, 0]) {      // the youngest last, and one of a commit after the base
        const workspace = world.repo.checkout(world.shas[age]);
        const saved = await save(world, world.shas[age], { kind: 'cache', workspace });
        assert.equal(saved.outputs['baseline-saved'], 'true', saved.log);
        await client(workspace, { verb: 'save', key: saved.outputs['cache-key'] });
    }
    const base = world.shas[3];
    const { outputs } = await keys(world, base);
    const workspace = world.repo.checkout(base);
    const restored = await client(workspace, { verb: 'restore', key: outputs.key, restoreKeys: outputs['restore-keys'].split('\n') });
    assert.equal(restored.matched?.split('-').at(-1), world.shas[5], JSON.stringify(restored));
    const run = await fetch(world, base, { kind: 'cache', workspace, env: { PG_CACHE_MATCHED: restored.matched } });
    assert.equal(run.outputs.found, 'true', run.log);
    assert.ok(newest(run).includes(world.shas[5]));
});

test('12 writers at once: nothing is lost, one commit each', async t => {
    const world = await mainWorld(t);
    const runs = await Promise.all(world.shas.slice(0, 12).map(sha => save(world, sha)));
    for (const run of runs) {
        assert.equal(run.outputs['baseline-saved'], 'true', run.log);
    }
    assert.equal(git(world.repo.origin, ['rev-list', '--count', 'perfgate-data']), '12');
    const folders = branchFiles(world).map(path => path.split('/').slice(0, 3).join('/'));
    assert.deepEqual(new Set(folders), new Set(world.shas.slice(0, 12).map(sha => `v1/${MACHINE}/${sha}`)));
});

test('the git store: the nearest ancestor comes back, whole, and the workspace knows the way to it', async t => {
    const world = await mainWorld(t);
    for (const age of [7, 4, 1]) {
        await save(world, world.shas[age]);
    }
    const workspace = world.repo.checkout(world.shas[2]);
    const run = await fetch(world, world.shas[2], { workspace });
    assert.equal(run.code, 0, run.log);
    assert.equal(run.outputs.found, 'true', run.log);
    assert.ok(newest(run).includes(world.shas[4]), run.fact('baseline'));
    assert.equal(run.fact('baseline').split('\n').length, 2);
    assert.doesNotMatch(run.fact('baseline'), new RegExp(world.shas[1]), 'a commit after the base');
    assert.equal(run.fact('baseline-source'), 'git');
    assert.match(readFileSync(newest(run), 'utf8'), new RegExp(`# perfgate commit: ${world.shas[4]}`));
    git(workspace, ['merge-base', '--is-ancestor', world.shas[4], world.shas[2]]);
    assert.equal(git(workspace, ['status', '--porcelain', '--untracked-files=no']), '');
});

test('other machines, other keys and other lines of history are no baseline', async t => {
    const world = await mainWorld(t);
    await save(world, world.shas[3], { machine: OTHER });
    await save(world, world.shas[3], { env: { PG_IN_BASELINE_KEY: 'clang' } });
    await save(world, world.repo.pulls.slow.sha);
    await save(world, world.shas[0]);
    const run = await fetch(world, world.shas[2]);
    assert.equal(run.code, 0, run.log);
    assert.equal(run.outputs.found, 'false', run.log);
    assert.equal(run.fact('baseline'), null);
    assert.equal(run.fact('baseline-source'), 'none');
    assert.equal((await fetch(world, world.shas[2], { env: { PG_IN_BASELINE_KEY: 'clang' } })).outputs.found, 'true');
    assert.equal((await fetch(world, world.shas[2], { machine: OTHER })).outputs.found, 'true');
});

test('what a pull request put into its cache for a commit that is not before the base is refused', async t => {
    const world = await mainWorld(t);
    const foreign = world.repo.checkout(world.repo.pulls.slow.sha);
    await save(world, world.repo.pulls.slow.sha, { kind: 'cache', workspace: foreign });
    const workspace = world.repo.checkout(world.shas[1]);
    carry(foreign, workspace);
    const run = await fetch(world, world.shas[1], { kind: 'cache', workspace, env: { PG_CACHE_MATCHED: 'x' } });
    assert.equal(run.outputs.found, 'false', run.log);
});

test('a regression on main is kept as the level that it is now', async t => {
    const world = await mainWorld(t, 2);
    await save(world, world.shas[1], { verdict: 'regression' });
    const run = await fetch(world, world.shas[0]);
    assert.equal(run.outputs.found, 'true', run.log);
    assert.ok(branchFiles(world).some(path => path.endsWith('.accepted')));
});

test('history is pruned for each machine by itself', async t => {
    const world = await mainWorld(t);
    await save(world, world.shas[6], { machine: OTHER });
    for (const age of [5, 4, 3, 2, 1]) {
        const run = await save(world, world.shas[age], { env: { PG_IN_BASELINE_HISTORY: '3' }, time: `2026-01-02T03:04:${50 - age}Z` });
        assert.equal(run.outputs['baseline-saved'], 'true', run.log);
    }
    assert.deepEqual(branchFiles(world).map(path => path.split('/').slice(1, 3)).sort(), [
        [OTHER, world.shas[6]], ...[3, 2, 1].map(age => [MACHINE, world.shas[age]])].sort());
});

test('a branch that may not be written is said at once', async t => {
    const world = await mainWorld(t, 2);
    writeFileSync(join(world.repo.origin, 'hooks/pre-receive'), '#!/bin/sh\necho "GH013: Repository rule violations found for refs/heads/perfgate-data." >&2\nexit 1\n', { mode: 0o755 });
    const run = await save(world, world.shas[0]);
    assert.equal(run.code, 0, run.log);
    assert.equal(run.outputs['baseline-saved'], 'false');
    assert.match(run.annotations[0].message, /GH013.*contents: write/);
    assert.deepEqual(run.calls(), []);
});

test('never from a pull request, nor without a measurement', async t => {
    const world = await mainWorld(t, 2);
    for (const name of ['pull_request', 'pull_request_target', 'issue_comment', 'workflow_run', 'merge_group']) {
        const run = await save(world, world.shas[0], { env: { GITHUB_EVENT_NAME: name } });
        assert.equal(run.code, 0);
        assert.equal(run.outputs['baseline-saved'], 'false');
    }
    const run = await runFacts(world, 'store-save', { workspace: world.repo.checkout(world.shas[0]),
        facts: { 'head-sha': world.shas[0], fingerprint: MACHINE, saving: 'true' }, env: { GITHUB_EVENT_NAME: 'push', PG_IN_BASELINE_STORE: 'git' } });
    assert.equal(run.outputs['baseline-saved'], 'false');
    assert.equal(git(world.repo.origin, ['branch', '--list', 'perfgate-data']), '');
});

test('a data branch with links and strange paths: only entries are taken', async t => {
    const world = await mainWorld(t, 3);
    await save(world, world.shas[1]);
    const old = git(world.repo.origin, ['rev-parse', 'perfgate-data']);
    const good = branchFiles(world)[0];
    const entry = (mode, path, text) => `M ${mode} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
    git(world.repo.origin, ['fast-import', '--quiet', '--force'], [
        `commit refs/heads/perfgate-data\ncommitter x <x@example.com> 1767225600 +0000\ndata 1\nx\nfrom ${old}\n`,
        entry('120000', good.replace('20260102', '20260103'), '/etc/passwd'),
        entry('100755', good.replace('20260102', '20260104'), 'x'),
        entry('100644', `v1/${MACHINE}/${world.shas[1]}/.git/config`.replace('.git', 'x.git/y'), 'x'),
        entry('100644', `v1/${MACHINE}/${world.shas[1]}/main/evil.sh`, 'x'),
    ].join(''));
    const workspace = world.repo.checkout(world.shas[0]);
    const run = await fetch(world, world.shas[0], { workspace });
    assert.equal(run.outputs.found, 'true', run.log);
    assert.deepEqual(readdirSync(join(workspace, STORE), { recursive: true }).sort(), ['main', `main/${good.split('/').at(-1)}`]);
});

test('the artifact store believes pushes to the default branch only', async t => {
    const world = await mainWorld(t, 6);
    world.api.addToken('token-of-the-job', { actions: 'read' });
    const name = (sha, machine = MACHINE) => `main/20260102T030405Z-${sha}-${machine}.txt`;
    const left = (sha, { run = {}, event = 'push', data } = {}) => {
        const id = world.api.nextId();
        world.api.runs.set(id, { id, event, head_sha: sha });
        return world.artifacts.upload({ name: 'perfgate-baseline-00ff00ff-default', run: { id, head_branch: 'main', head_sha: sha, ...run },
            data: data ?? makeZip([{ name: name(sha), data: recording(sha) }]) });
    };
    const env = { PG_TOKEN: 'token-of-the-job' };
    left(world.shas[5]);
    left(world.shas[1], { run: { head_repository_id: 777 } });                    // a fork's branch called main
    left(world.shas[1], { run: { head_branch: 'topic' } });
    left(world.shas[1], { event: 'workflow_dispatch' });
    left(world.shas[1]).expired = true;
    left(world.shas[1], { data: makeZip([{ name: '../evil.txt', data: 'x' }]) });
    left(world.shas[1], { data: makeZip([{ name: name(world.shas[1]), data: '/etc/passwd', mode: 0o120777 }]) });
    left(world.repo.pulls.slow.sha);
    left(world.shas[0]);                                                        // after the base
    const run = await fetch(world, world.shas[1], { kind: 'artifact', env });
    assert.equal(run.outputs.found, 'true', run.log);
    assert.ok(newest(run).includes(world.shas[5]), run.log);
    assert.equal(run.fact('baseline').split('\n').length, 1);
    left(world.shas[2]);
    assert.ok(newest(await fetch(world, world.shas[1], { kind: 'artifact', env })).includes(world.shas[2]));
    const closed = await fetch(world, world.shas[1], { kind: 'artifact', env: { PG_TOKEN: 'nobody' } });
    assert.equal(closed.code, 0);
    assert.equal(closed.outputs.found, 'false');
    assert.match(closed.annotations[0].message, /401/);
    const saved = await save(world, world.shas[0], { kind: 'artifact' });
    assert.equal(saved.outputs['artifact-name'], 'perfgate-baseline-00ff00ff-default');
});

test('the path store: a folder, or one recording', async t => {
    for (const path of ['kept/store', 'kept/baseline.txt']) {
        const world = await mainWorld(t, 3);
        const env = { PG_IN_BASELINE_PATH: path };
        const main = world.repo.checkout(world.shas[1]);
        const saved = await save(world, world.shas[1], { kind: 'path', env, workspace: main });
        assert.equal(saved.outputs['baseline-saved'], 'true', saved.log);
        assert.ok(existsSync(join(main, path)));
        for (const [age, expected] of [[0, 'true'], [1, 'true'], [2, 'false']]) {
            const workspace = world.repo.checkout(world.shas[age]);
            cpSync(join(main, 'kept'), join(workspace, 'kept'), { recursive: true });
            const run = await fetch(world, world.shas[age], { kind: 'path', env, workspace });
            assert.equal(run.code, 0, run.log);
            assert.equal(run.outputs.found, expected, `${path}, ${age}: ${run.log}`);
        }
        rmSync(join(main, 'kept'), { recursive: true });
        const missing = await fetch(world, world.shas[0], { kind: 'path', env, workspace: world.repo.checkout(world.shas[0]) });
        assert.equal(missing.code, 0);
        assert.equal(missing.outputs.found, 'false');
    }
});
