// The trusted job: it finds its pull request by the exact head, takes nothing but numbers from the artifact, and writes one comment.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { workflowRunEvent } from './harness/events.mjs';
import { runAction } from './harness/run.mjs';
import { perfgate, recordingText, runFacts } from './harness/script.mjs';
import { openWorld } from './harness/world.mjs';
import { makeZip } from './harness/zip.mjs';

const HEAD = 'a'.repeat(40);
const MARKER = '<!-- perfgate:v1 key=default -->';
const RUN = 4711;
const TOKEN = 'ghs_sesame';
const pull = { number: 3, sha: HEAD, branch: 'slow/é&x', owner: 'contributor' };
let report;

before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-report-'));
    writeFileSync(join(folder, 'base.txt'), recordingText({ Parse: 1000, Scan: 2000 }));
    writeFileSync(join(folder, 'head.txt'), recordingText({ Parse: 1000, Scan: 2400 }));
    spawnSync(perfgate, ['compare', '--report', `json=${folder}/r.json`, `${folder}/base.txt`, `${folder}/head.txt`]);
    report = readFileSync(`${folder}/r.json`, 'utf8');
});

async function forkWorld(t, { permissions = { 'pull-requests': 'write', actions: 'read' } } = {}) {
    const world = await openWorld(t, { repo: false });
    world.api.addToken(TOKEN, permissions);
    world.api.addPull(pull);
    return world;
}

const upload = (world, data, rest = {}) => world.artifacts.upload({ run: { id: RUN, head_repository_id: 777 },
    name: 'perfgate-publish-default', data, ...rest });
const member = (text, rest = {}) => ({ name: 'report.json', data: text, ...rest });
const event = (run = {}) => {
    const { event: payload } = workflowRunEvent({ id: 1296269, fullName: 'octo/demo', shas: { main: 'c'.repeat(40) } }, pull, RUN);
    Object.assign(payload.workflow_run, run);
    return payload;
};

function publish(world, { payload = event(), env = {} } = {}) {
    const file = join(mkdtempSync(join(world.root, 'event-')), 'event.json');
    writeFileSync(file, JSON.stringify(payload));
    return runFacts(world, 'publish', { env: {
        GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: file, PG_TOKEN: TOKEN, PG_ARTIFACT: 'perfgate-publish-default',
        PG_IN_COMMENT: 'auto', PG_IN_COMMENT_KEY: 'default', PG_IN_OVERRIDE_LABEL: 'perf-ok', ...env,
    } });
}
const comments = world => world.api.issue(3).comments;
const nothingWritten = world => assert.deepEqual(world.api.log.filter(r => !['GET', undefined].includes(r.method) && r.path !== '/graphql'), []);

test('a comment on the pull request of a fork, rendered here, that says who measured', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    const run = await publish(world);
    assert.equal(run.code, 0, run.log);
    assert.equal(comments(world).length, 1, run.log);
    const { body } = comments(world)[0];
    assert.ok(body.startsWith(`${MARKER}\n`));
    assert.match(body, /Scan/);
    assert.match(body, /untrusted job/);
    assert.match(body, new RegExp(HEAD));
    assert.equal(run.outputs.verdict, 'regression');
    assert.equal(run.outputs['pull-number'], '3');
    assert.equal(run.outputs['comment-url'], comments(world)[0].html_url);
    const list = world.api.log.find(r => /pulls$/.test(r.path));
    assert.equal(list.query.head, 'contributor:slow/é&x');
    assert.deepEqual(world.api.log.filter(r => r.unknown || r.crash), []);
    await publish(world);
    assert.equal(comments(world).length, 1);
});

test('the store behind the download does not get the token', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    await publish(world);
    const blob = world.api.log.filter(r => r.blob);
    assert.equal(blob.length, 1);
    assert.equal(blob[0].headers.authorization, undefined);
});

test('nothing of the text of a stranger is posted', async t => {
    const world = await forkWorld(t);
    const evil = JSON.parse(report);
    const name = 'Scan/`@team`|<img src=x>[a](https://evil.example)#1\u202e\u200b';
    evil.benchmarks[1].name = name;
    evil.notes = ['<script>alert(1)</script> @everyone', '::error::boo'];
    upload(world, makeZip([member(JSON.stringify(evil))]));
    const run = await publish(world);
    assert.equal(run.code, 0, run.log);
    for (const { body } of comments(world)) {
        assert.doesNotMatch(body, /<img|<script|[^;]@team|@everyone|\]\(https:\/\/evil|\u202e|<!-- perfgate:v1[^]*<!-- perfgate:v1/);
    }
    assert.equal(run.annotations.filter(a => a.message === 'boo').length, 0);
});

test('a pull request that is gone, has moved on or is of another repository: nothing, quietly', async t => {
    const cases = {
        'moved on': world => { world.api.pulls[0].head.sha = 'b'.repeat(40); },
        closed: world => { world.api.pulls[0].state = 'closed'; },
        'another fork': world => { world.api.pulls[0].head.repo.id = 778; },
        'no artifact': world => { world.artifacts.artifacts.length = 0; },
        expired: world => { world.artifacts.artifacts[0].expired = true; },
        'artifact of another run': world => { world.artifacts.artifacts[0].run.id = 1; },
    };
    for (const [what, change] of Object.entries(cases)) {
        const world = await forkWorld(t);
        upload(world, makeZip([member(report)]));
        change(world);
        const run = await publish(world);
        assert.equal(run.code, 0, `${what}: ${run.log}`);
        assert.deepEqual(run.annotations, [], what);
        nothingWritten(world);
    }
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    assert.equal((await publish(world, { payload: event({ event: 'push' }) })).code, 0);
    nothingWritten(world);
});

test('two pull requests of one head: which is meant is not guessed', async t => {
    const world = await forkWorld(t);
    world.api.addPull({ ...pull, number: 4, base: 'release' });
    upload(world, makeZip([member(report)]));
    const run = await publish(world);
    assert.equal(run.code, 0);
    assert.match(run.annotations[0].message, /several/);
    nothingWritten(world);
});

test('the head moves between look-up and writing: nothing is written', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    const { find } = world.api.pulls;
    world.api.pulls.find = function (...args) {
        this[0].head.sha = 'b'.repeat(40);
        return find.apply(this, args);
    };
    const run = await publish(world);
    assert.equal(run.code, 0, run.log);
    assert.match(run.annotations[0].message, /moved on/);
    nothingWritten(world);
});

test('the label is read by the trusted job', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    world.api.addLabel(3, 'perf-ok', 'ann');
    const run = await publish(world);
    assert.equal(run.outputs.verdict, 'overridden', run.log);
    assert.match(comments(world)[0].body, /accepted|overrid/);
    assert.match(comments(world)[0].body, /ann/);
});

test('403 and an API that is down: a warning, exit 0', async t => {
    const closed = await forkWorld(t, { permissions: { 'pull-requests': 'read', actions: 'read' } });
    upload(closed, makeZip([member(report)]));
    const run = await publish(closed);
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(run.annotations.map(a => a.level), ['warning']);
    const down = await forkWorld(t);
    down.api.inject({ status: 502, times: 500 });
    const second = await publish(down);
    assert.equal(second.code, 0);
    assert.deepEqual(second.annotations.map(a => a.level), ['warning']);
});

// a second entry that differs in its local header from what the directory says
function renamedInside(zip) {
    const copy = Buffer.from(zip);
    copy.write('../../evil!', 30, 'latin1');
    return copy;
}

test('hostile archives are refused, and nothing is written anywhere', async t => {
    const bomb = Buffer.alloc(64 << 20, 0x20);
    const hostile = {
        traversal: makeZip([member(report, { name: '../report.json' })]),
        absolute: makeZip([member(report, { name: '/tmp/report.json' })]),
        'wrong name': makeZip([member(report, { name: 'Report.json' })]),
        nested: makeZip([member(report, { name: 'x/report.json' })]),
        'one too many': makeZip([member(report), { name: 'comment.md', data: 'hello' }]),
        duplicate: makeZip([member(report), member('{}')]),
        symlink: makeZip([member('/etc/passwd', { mode: 0o120777 })]),
        folder: makeZip([{ name: 'report.json/', data: '', mode: 0o40755 }]),
        fifo: makeZip([member('', { mode: 0o10644 })]),
        bomb: makeZip([member(bomb)]),
        'bomb that lies': makeZip([member(bomb, { size: 1000 })]),
        empty: makeZip([]),
        'a zip in a zip': makeZip([member(makeZip([member(report)]))]),
        'newline in the name': makeZip([member(report, { name: 'report.json\nreport.json' })]),
        'no zip': Buffer.from('hello'),
        'cut off': makeZip([member(report)]).subarray(0, 100),
        'two names of one member': renamedInside(makeZip([member('{}')])),
        'no report': makeZip([member('{"schema": "perfgate.report/1"}')]),
        'no JSON': makeZip([member('hello')]),
        'deep JSON': makeZip([member('['.repeat(100000))]),
        'other verdict': makeZip([member(JSON.stringify({ ...JSON.parse(report), exit_code: 0 }))]),
        'too big': Buffer.concat([deflateRawSync(Buffer.alloc(10)), Buffer.alloc(5 << 20)]),
    };
    for (const [what, data] of Object.entries(hostile)) {
        const world = await forkWorld(t);
        upload(world, data);
        const run = await publish(world);
        assert.equal(run.code, 1, `${what}: ${run.log}`);
        assert.match(run.annotations[0].message, /is refused/, what);
        assert.equal(run.annotations[0].level, 'error');
        nothingWritten(world);
        assert.equal(existsSync(join(run.state, 'report.json')) && what !== 'no report' && /passwd|root:/.test(run.fact('report.json')), false);
        for (const path of [join(dirname(run.state), 'report.json'), '/tmp/report.json', join(dirname(dirname(run.state)), 'evil!')]) {
            assert.ok(!existsSync(path), `${what} wrote ${path}`);
        }
    }
});

test('a digest that is not GitHub\'s is refused', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)])).digest = '0'.repeat(64);
    const run = await publish(world);
    assert.equal(run.code, 1);
    assert.match(run.annotations[0].message, /digest/);
    nothingWritten(world);
});

test('the action as a whole: inputs are checked, pull_request is refused', async t => {
    const world = await forkWorld(t);
    upload(world, makeZip([member(report)]));
    const options = inputs => ({ world, inputs: { token: TOKEN, 'perfgate-path': perfgate, ...inputs },
        github: { event_name: 'workflow_run', event: event(), token: TOKEN, sha: 'c'.repeat(40) } });
    const run = await runAction('github-action/publish', options());
    assert.deepEqual(run.faults, []);
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'regression');
    assert.equal(run.outputs['comment-url'], comments(world)[0].html_url);
    for (const inputs of [{ comment: 'never' }, { 'comment-key': 'a b' }, { install: 'x' }, { 'artifact-name': '../x' }]) {
        assert.equal((await runAction('github-action/publish', options(inputs))).outcome, 'failure');
    }
    const other = options();
    other.github.event_name = 'pull_request_target';
    assert.equal((await runAction('github-action/publish', other)).outcome, 'failure');
});
