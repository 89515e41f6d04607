// What scenarios stand on: the demo repository, the event payloads, artifacts, zip archives.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as events from './harness/events.mjs';
import { git } from './harness/repo.mjs';
import { Job } from './harness/run.mjs';
import { SHIMS } from './harness/shims.mjs';
import { openWorld } from './harness/world.mjs';
import { makeZip, readZip } from './harness/zip.mjs';

// builds a checkout and runs its benchmark TIMES times → { Name: [ns …] }, or null when it does not build
function measure(folder, times = 5) {
    if (spawnSync('make', ['-s', 'CC=cc', 'bench'], { cwd: folder }).status !== 0) {
        return null;
    }
    const values = {};
    for (let i = 0; i < times; i++) {
        const text = spawnSync('./bench', { cwd: folder, encoding: 'utf8' }).stdout;
        for (const [, name, ns] of text.matchAll(/^Benchmark(\w+) 1 (\d+) ns\/op$/gm)) {
            (values[name] ??= []).push(Number(ns));
        }
    }
    return values;
}
const mean = list => list.reduce((sum, x) => sum + x, 0) / list.length;

test('the demo: each branch is what it says', async t => {
    const { repo } = await openWorld(t);
    const of = name => measure(repo.checkout(repo.pulls[name].merge));
    const main = measure(repo.checkout(repo.shas.main));
    assert.deepEqual(Object.keys(main), ['Parse', 'Scan', 'Sort']);
    const slow = of('slow');
    assert.ok(Math.abs(mean(slow.Scan) / mean(main.Scan) - 1.1) < 0.01, 'a tenth slower');
    assert.ok(Math.abs(mean(slow.Parse) / mean(main.Parse) - 1) < 0.01);
    assert.ok(new Set(main.Scan).size > 1, 'its clock jitters');
    assert.deepEqual(Object.keys(of('removed')), ['Parse', 'Scan']);
    assert.equal(of('broken'), null);
    const mended = repo.pulls.mended;
    assert.equal(measure(repo.checkout(repo.shas.unbuildable)), null);
    assert.ok(measure(repo.checkout(mended.merge)));
    assert.deepEqual(git(repo.origin, ['diff', '--name-only', repo.shas.main, repo.pulls['docs-only'].merge]), 'README.md');
});

test('the demo: merge commits, shallow checkouts, main goes on, forks', async t => {
    const { repo, api } = await openWorld(t);
    const pull = repo.pulls.slow;
    assert.deepEqual(git(repo.origin, ['rev-parse', `${pull.merge}^1`, `${pull.merge}^2`]).split('\n'), [repo.shas.main, pull.sha]);
    assert.equal(git(repo.origin, ['rev-parse', `refs/pull/${pull.number}/merge`]), pull.merge);
    const shallow = repo.checkout(pull.merge);
    assert.equal(git(shallow, ['rev-list', '--count', 'HEAD']), '1');
    git(shallow, ['fetch', '-q', '--depth=2', 'origin', pull.merge]);
    assert.equal(git(shallow, ['rev-parse', 'HEAD^1']), repo.shas.main);
    assert.equal(git(repo.checkout(repo.shas.main, { depth: 0 }), ['rev-list', '--count', 'HEAD']), '3');
    const before = repo.shas.main;
    repo.pushMain({ program: { parse: 1200000 } });
    assert.equal(git(repo.origin, ['rev-parse', 'refs/heads/main^']), before);
    const later = repo.addPull('later', {});
    assert.equal(git(repo.origin, ['rev-parse', `${later.merge}^1`]), repo.shas.main);
    assert.ok(api.pulls.find(p => p.head.label === 'contributor:fork-slow').head.repo.fork);
});

test('payloads are of the demo', async t => {
    const { repo } = await openWorld(t);
    const pull = repo.pulls['fork-slow'];
    const pr = events.pullRequestEvent(repo, pull);
    assert.equal(pr.event.pull_request.head.sha, pull.sha);
    assert.equal(pr.event.pull_request.base.sha, repo.shas.main);
    assert.equal(pr.event.pull_request.head.repo.fork, true);
    assert.deepEqual([pr.ref, pr.sha, pr.base_ref], [`refs/pull/${pull.number}/merge`, pull.merge, 'main']);
    assert.equal(events.pushEvent(repo).event.after, repo.shas.main);
    assert.equal(events.mergeGroupEvent(repo, pull).event.merge_group.base_sha, repo.shas.main);
    const done = events.workflowRunEvent(repo, pull).event.workflow_run;
    assert.deepEqual([done.head_sha, done.head_branch, done.pull_requests, done.head_repository.owner.login], [pull.sha, 'fork-slow', [], 'contributor']);
    for (const { event } of [pr, events.pushEvent(repo), events.mergeGroupEvent(repo, pull), events.workflowRunEvent(repo, pull)]) {
        assert.equal(event.repository.full_name, 'octo/demo');
    }
});

// a call of a shim, as a step makes it
function caller(world, workspace, github = {}) {
    const job = new Job({ world, workspace, github });
    return async (name, inputs) => {
        const outputs = {};
        const notes = [];
        await SHIMS[name]({ inputs, workspace, world, job, log: line => notes.push(line), annotate: (level, text) => notes.push(`${level}: ${text}`),
            setOutput: (key, value) => { outputs[key] = String(value); } });
        return { outputs, notes };
    };
}

test('artifacts: a second of the same name is refused unless it overwrites; digest, size, hidden files, one file as it is', async t => {
    const world = await openWorld(t, { repo: false });
    const workspace = mkdtempSync(join(world.root, 'w-'));
    mkdirSync(join(workspace, 'out/deep'), { recursive: true });
    ['out/a.json', 'out/deep/b.txt', 'out/.hidden'].forEach(name => writeFileSync(join(workspace, name), name));
    const call = caller(world, workspace);
    const first = await call('actions/upload-artifact', { name: 'r', path: 'out' });
    const artifact = world.artifacts.get(first.outputs['artifact-id']);
    assert.deepEqual(readZip(artifact.data).map(e => e.name), ['a.json', 'deep/b.txt']);
    assert.equal(first.outputs['artifact-digest'], artifact.digest);
    await assert.rejects(call('actions/upload-artifact', { name: 'r', path: 'out' }), /409/);
    await call('actions/upload-artifact', { name: 'r', path: 'out', overwrite: 'true', 'include-hidden-files': 'true' });
    assert.equal(world.artifacts.list().length, 1);
    assert.equal(readZip(world.artifacts.list()[0].data).length, 3);
    const raw = await call('actions/upload-artifact', { name: 'ignored', path: 'out/a.json', archive: 'false' });
    assert.equal(world.artifacts.get(raw.outputs['artifact-id']).name, 'a.json');
    await assert.rejects(call('actions/upload-artifact', { path: 'out', archive: 'false' }), /exactly one file/);
    await assert.rejects(call('actions/upload-artifact', { name: 'a/b', path: 'out' }), /not valid/);
    await assert.rejects(call('actions/upload-artifact', { name: 'x', path: 'none', 'if-no-files-found': 'error' }), /No files were found/);
    assert.match((await call('actions/upload-artifact', { name: 'x', path: 'none' })).notes.join(), /warning: No files/);
    assert.match(first.outputs['artifact-url'], /actions\/runs\/4711\/artifacts\/\d+$/);
});

test('artifacts come back: by name, by id, by pattern, as they are; a wrong digest and a path outside are refused', async t => {
    const world = await openWorld(t, { repo: false });
    const workspace = mkdtempSync(join(world.root, 'w-'));
    const call = caller(world, workspace);
    const run = { id: 4711 };
    const upload = (name, entries) => world.artifacts.upload({ run, name, data: makeZip(entries) });
    const one = upload('shard-1', [{ name: 'f', data: '1' }]);
    upload('shard-2', [{ name: 'f', data: '2' }]);
    await call('actions/download-artifact', { pattern: 'shard-*', path: 'all' });
    assert.deepEqual(['1', '2'].map(n => readFileSync(join(workspace, `all/shard-${n}/f`), 'utf8')), ['1', '2']);
    await call('actions/download-artifact', { name: 'shard-2', path: 'two' });
    assert.equal(readFileSync(join(workspace, 'two/f'), 'utf8'), '2');
    await call('actions/download-artifact', { 'artifact-ids': String(one.id), path: 'zip', 'skip-decompress': 'true' });
    assert.ok(existsSync(join(workspace, 'zip/shard-1.zip')));
    await assert.rejects(call('actions/download-artifact', { name: 'none' }), /not found/);
    await assert.rejects(call('actions/download-artifact', { name: 'shard-1', 'run-id': '9' }), /github-token/);
    upload('evil', [{ name: '../outside', data: 'x' }]);
    await assert.rejects(call('actions/download-artifact', { name: 'evil', path: 'e' }), /outside of the folder/);
    one.data = Buffer.concat([one.data, Buffer.from('x')]);
    await assert.rejects(call('actions/download-artifact', { name: 'shard-1', path: 'd' }), /digest does not match/);
});

test('zip: what is written is read, by unzip as well, hostile names and modes included', { skip: spawnSync('unzip', ['-v']).error ? 'there is no unzip' : false }, t => {
    const entries = [{ name: 'report.json', data: '{"a":1}'.repeat(100) }, { name: 'report.json', data: 'twice' }, { name: '../up', data: 'x' },
        { name: 'link', data: 'target', mode: 0o120777 }];
    const bytes = makeZip(entries);
    assert.deepEqual(readZip(bytes).map(e => [e.name, e.data.toString(), e.mode]), entries.map(e => [e.name, e.data, e.mode ?? 0o100644]));
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-zip-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'a.zip');
    writeFileSync(file, makeZip(entries.slice(0, 1)));
    assert.equal(spawnSync('unzip', ['-tq', file]).status, 0);
    assert.equal(spawnSync('unzip', ['-p', file, 'report.json'], { encoding: 'utf8' }).stdout, entries[0].data);
    assert.throws(() => readZip(Buffer.from('no zip')), /no end record/);
});
