// The ready workflows, run as they are on the demo repository.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { mergeGroupEvent, pullRequestEvent, pushEvent, workflowRunEvent } from './harness/events.mjs';
import { git } from './harness/repo.mjs';
import { workflowsOf } from './harness/rules.mjs';
import { runWorkflowJob } from './harness/run.mjs';
import { openWorld } from './harness/world.mjs';
import { readZip } from './harness/zip.mjs';

const program = resolve(process.env.PERFGATE ?? 'build/perfgate');
const example = name => `github-action/examples/${name}.yml`;

// Runs job ID of a workflow with a token that may what the workflow asks for, and of a fork's pull request read at most.
async function job(world, file, id, github, options = {}) {
    const { permissions } = parse(readFileSync(file, 'utf8'));
    const fork = github.event.pull_request?.head.repo.fork;
    world.api.addToken('sesame-open-the-door', fork ? Object.fromEntries(Object.keys(permissions).map(name => [name, 'read'])) : permissions);
    const run = await runWorkflowJob(file, id, {
        world, tools: { prepend: [dirname(program)] }, ...options, github: { token: 'sesame-open-the-door', ...github },
        actions: { 'owner/perfgate/github-action': 'github-action', 'owner/perfgate/github-action/publish': 'github-action/publish' },
    });
    assert.deepEqual(run.faults, []);
    return run;
}
const outputs = run => run.inner[0].outputs;
const ofPull = (world, branch) => pullRequestEvent(world.repo, world.repo.pulls[branch]);

test('the ten lines of the README', async t => {
    const world = await openWorld(t);
    const text = workflowsOf('README', readFileSync('github-action/README.md', 'utf8'))[0].text;
    const file = join(world.root, 'readme.yml');
    assert.deepEqual(Object.keys(parse(text).on), ['pull_request', 'push']);
    writeFileSync(file, text);
    const red = await job(world, file, 'perf', ofPull(world, 'slow'));
    assert.equal(red.outcome, 'failure');
    assert.equal(outputs(red).verdict, 'regression', red.log);
    const green = await job(world, file, 'perf', pushEvent(world.repo));
    assert.equal(green.outcome, 'success', green.log);
    assert.equal(outputs(green)['baseline-saved'], 'true', green.log);
});

test('baseline.yml: every push is kept in the data branch, and what has crept in since the release is told', async t => {
    const world = await openWorld(t);
    git(world.repo.origin, ['tag', 'v1.0.0', world.repo.shas.main]);
    const slower = { program: { scan: 1650000 } };
    const first = world.repo.pushMain(slower);
    const red = await job(world, example('baseline'), 'baseline', pushEvent(world.repo));
    assert.equal(outputs(red).verdict, 'regression', red.log);
    assert.equal(red.outcome, 'success', 'on-regression: warn');
    assert.equal(outputs(red)['baseline-saved'], 'true', red.log);
    const second = world.repo.pushMain({ ...slower, files: { 'NEWS.md': 'more\n' } });
    const run = await job(world, example('baseline'), 'baseline', pushEvent(world.repo));
    assert.equal(outputs(run).verdict, 'pass', run.log);
    assert.match(run.inner[0].summary, /Since [0-9a-f]{40} [^]*regression[^]*Scan/);
    const drift = readZip(world.artifacts.list(a => /^perfgate-report/.test(a.name)).at(-1).data).find(f => f.name === 'drift.json');
    assert.equal(JSON.parse(drift.data).verdict, 'regression');
    const kept = git(world.repo.origin, ['ls-tree', '-r', '--name-only', 'perfgate-data']);
    for (const sha of [first, second]) {
        assert.match(kept, new RegExp(`^v1/[0-9a-f]+/${sha}/main/.*\\.txt$`, 'm'));
    }
});

test('publish.yml: after a fork\'s run of gate.yml the trusted job comments, and leaves other runs alone', async t => {
    const world = await openWorld(t);
    const pull = world.repo.pulls['fork-slow'];
    const red = await job(world, example('gate'), 'perf', ofPull(world, 'fork-slow'));
    assert.equal(red.outcome, 'failure');
    assert.deepEqual(world.api.issue(pull.number).comments, []);
    const run = await job(world, example('publish'), 'publish', workflowRunEvent(world.repo, pull, 4711, 'failure'));
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(outputs(run).verdict, 'regression');
    assert.match(world.api.issue(pull.number).comments[0].body, /Scan[^]*untrusted job/);
    const other = workflowRunEvent(world.repo, pull, 4712);
    other.event.workflow_run.event = 'push';
    assert.equal((await job(world, example('publish'), 'publish', other)).outcome, 'skipped');
});

const GO_TEST = scan => `package parser

import (
	"flag"
	"math/rand"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Set("test.benchtime", "10x")
	os.Exit(m.Run())
}

// The clock counts work and jitters, as the C demo's does.
func spend(b *testing.B, ns float64) {
	for i := 0; i < b.N; i++ {
		rand.Int()
	}
	b.ReportMetric(ns*(1+0.006*(rand.Float64()+rand.Float64()-1)), "ns/op")
}

func BenchmarkParse(b *testing.B) { spend(b, 1000) }
func BenchmarkScan(b *testing.B)  { spend(b, ${scan}) }
func BenchmarkSort(b *testing.B)  { spend(b, 800) }
func BenchmarkPrint(b *testing.B) { spend(b, 700) }
`;
const go = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' }).stdout?.trim();

test('shards.yml: four machines share a Go suite, a lost one is red, the whole is judged', { skip: go ? false : 'there is no go' }, async t => {
    const world = await openWorld(t);
    const files = scan => ({ 'go.mod': 'module example.com/demo\n\ngo 1.20\n', 'parser/parser.go': 'package parser\n', 'parser/parser_test.go': GO_TEST(scan) });
    world.repo.pushMain({ files: files(1500) });
    const pull = world.repo.addPull('go-slow', { files: files(1650) }, 77);
    const machine = {
        tools: { prepend: [dirname(program), join(go, 'bin')] },
        env: { GOCACHE: join(world.root, 'go-cache'), GOTOOLCHAIN: 'local', GOPROXY: 'off', GOFLAGS: '-p=2' },
    };
    const measure = shard => job(world, example('shards'), 'measure', pullRequestEvent(world.repo, pull), { ...machine, matrix: { shard } });
    const whole = result => job(world, example('shards'), 'perf', pullRequestEvent(world.repo, pull), { ...machine, needs: { measure: { result } } });
    const shards = parse(readFileSync(example('shards'), 'utf8')).jobs.measure.strategy.matrix.shard;
    for (const shard of shards.slice(0, -1)) {
        const share = await measure(shard);
        assert.equal(share.outcome, 'success', share.log);
        assert.equal(outputs(share).verdict, 'measured');
    }
    const lost = await whole('failure');
    assert.equal(lost.outcome, 'failure');
    assert.match(lost.inner[0].rawLog, /missing: 4/);
    await measure(shards.at(-1));
    const run = await whole('success');
    assert.equal(run.outcome, 'failure');
    const { verdict, compared, 'worst-benchmark': worst } = outputs(run);
    assert.deepEqual({ verdict, compared, worst }, { verdict: 'regression', compared: '4', worst: 'Scan' }, run.log);
    assert.match(world.api.issue(77).comments[0].body, /\| Scan/);
});

// A Pyroscope that has a profile of ten seconds for each window: stacks in folded text, by version.
async function pyroscope(t, world, stacks) {
    const asked = [];
    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) {
            chunks.push(chunk);
        }
        const version = /version="([\w.]+)"/.exec(Buffer.concat(chunks).toString('latin1'))?.[1];
        asked.push({ path: request.url, token: request.headers.authorization, version });
        const [folded, profile] = [`w${asked.length}.folded`, `w${asked.length}.pb.gz`].map(name => join(world.root, name));
        writeFileSync(folded, stacks[version](asked.length));
        spawnSync(program, ['profile', 'convert', '--to=pprof', folded, '-o', profile]);
        response.writeHead(existsSync(profile) ? 200 : 500, { 'content-type': 'application/proto' }).end(gunzipSync(readFileSync(profile)));
    });
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    t.after(() => server.close());
    return { asked, url: `http://127.0.0.1:${server.address().port}` };
}

test('canary.yml: the function whose share grew is named, in the summary too', async t => {
    const world = await openWorld(t, { repo: false });
    const folded = check => i => `main;pay;parse ${6000 + 37 * (i % 7)}\nmain;pay;parse;utf8_check ${check + 11 * (i % 5)}\nmain;log ${2000 + 23 * (i % 3)}\n`;
    const { asked, url } = await pyroscope(t, world, { stable: folded(500), slow: folded(1500), same: folded(500) });
    const cloned = [];
    const canary = version => job(world, example('canary'), 'canary', { event_name: 'workflow_dispatch', event: { inputs: { version } } }, {
        workflowInputs: { version }, vars: { PYROSCOPE_URL: url, STABLE_VERSION: 'stable' }, secrets: { PYROSCOPE_TOKEN: 'token-of-pyroscope' },
        shims: { 'actions/checkout': async call => { cloned.push(`${call.inputs.repository} ${call.inputs.ref}`); } },
        // stands for `make deps && make`, which take minutes
        tools: { stubs: { make: `[ "$1" = deps ] || { mkdir -p build && ln -sf '${program}' build/perfgate; }` } },
    });
    const red = await canary('slow');
    assert.equal(red.outcome, 'failure');
    assert.match(red.summary, /regression[^]*utf8(_|&#95;)check[^|]*\| \*\*regressed/);
    assert.match(cloned[0], /^owner\/perfgate [0-9a-f]{40}$/);
    assert.equal(spawnSync('make', ['-n', 'deps']).status, 0, 'the target is there');
    assert.equal(asked.length, 20);
    assert.deepEqual([...new Set(asked.map(a => `${a.version} ${a.token} ${a.path}`))].sort(), ['slow', 'stable'].map(v =>
        `${v} Bearer token-of-pyroscope /querier.v1.QuerierService/SelectMergeProfile`));
    assert.doesNotMatch(red.rawLog, /token-of-pyroscope/);
    const green = await canary('same');
    assert.equal(green.outcome, 'success', green.log);
    assert.match(green.summary, /pass/);
});

test('pgo.yml: once a week a profile that a compiler takes', async t => {
    const world = await openWorld(t);
    world.repo.pushMain({ program: { parse: 30000000, scan: 30000000, sort: 1000 } });
    const run = await job(world, example('pgo'), 'profile', { ...pushEvent(world.repo), event_name: 'schedule' });
    const warned = run.annotations.map(a => a.message).join('\n');
    if (/head was not sampled/.test(warned)) {
        t.skip(`this machine samples nothing: ${warned}`);
        return;
    }
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(outputs(run)['baseline-saved'] ?? '', '');
    const [artifact] = world.artifacts.list(a => /-pgo$/.test(a.name));
    const file = join(world.root, 'profile.pb.gz');
    writeFileSync(file, readZip(artifact.data)[0].data);
    assert.match(spawnSync(program, ['profile', 'top', file], { encoding: 'utf8' }).stdout, /\bwork\b/);
});

test('gate.yml: pull request, documents, merge queue', async t => {
    const world = await openWorld(t);
    assert.equal(outputs(await job(world, example('gate'), 'perf', ofPull(world, 'slow'))).verdict, 'regression');
    assert.equal(outputs(await job(world, example('gate'), 'perf', ofPull(world, 'docs-only'))).enforced, 'false');
    assert.equal(outputs(await job(world, example('gate'), 'perf', mergeGroupEvent(world.repo, world.repo.pulls.clean))).verdict, 'pass');
});

test('self-hosted.yml: main stores, the pull request is compared with it, a fork is not let in', async t => {
    const world = await openWorld(t);
    const runner = { runner: { environment: 'self-hosted' } };
    const push = await job(world, example('self-hosted'), 'perf', pushEvent(world.repo), runner);
    assert.equal(outputs(push)['baseline-saved'], 'true', push.log);
    const run = await job(world, example('self-hosted'), 'perf', ofPull(world, 'slow'), runner);
    assert.equal(outputs(run).strategy, 'stored', run.log);
    assert.equal(run.outcome, 'failure');
    assert.equal((await job(world, example('self-hosted'), 'perf', ofPull(world, 'fork-slow'), runner)).outcome, 'skipped');
});
