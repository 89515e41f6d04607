// What the action does beside the ordinary pull request: configurations, drift, profiles, ways to install, machines that lack something.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pullRequestEvent, pushEvent } from './harness/events.mjs';
import { runAction } from './harness/run.mjs';
import { demoFiles } from './harness/demo_files.mjs';
import { openWorld } from './harness/world.mjs';
import { runFacts } from './harness/script.mjs';
import { readZip } from './harness/zip.mjs';

const program = resolve(process.env.PERFGATE ?? 'build/perfgate');
const inputs = { build: 'cc -O1 -o bench bench.c', run: 'exec ./bench', rounds: 6, 'max-rounds': 12, 'perfgate-path': program };
const levels = (run, level) => run.annotations.filter(a => a.level === level).map(a => a.message).join('\n');

async function go(world, github, commit, more = {}, { action = 'github-action', depth = 2, ...options } = {}) {
    world.api.addToken('sesame-open-the-door', { 'pull-requests': 'write', contents: 'read' });
    const run = await runAction(action, {
        world, workspace: world.repo.checkout(commit, { depth }), ...options,
        github: { token: 'sesame-open-the-door', ...github }, inputs: { ...inputs, ...more },
    });
    assert.deepEqual(run.faults, []);
    assert.doesNotMatch(run.rawLog, /unbound variable|: syntax error near/);
    return run;
}
const pullRun = (world, branch, more, options) =>
    go(world, pullRequestEvent(world.repo, world.repo.pulls[branch]), world.repo.pulls[branch].merge, more, options);
const artifact = (world, pattern) => world.artifacts.list(a => pattern.test(a.name))[0];

test('a configuration in a folder of the repository; inputs at their default leave it alone, others win', async t => {
    const world = await openWorld(t);
    const config = 'rounds: 6\nthreshold: 30%\nbenchmarks:\n- name: demo\n  build: make -s -C ..\n  command: ../bench\n';
    world.repo.pushMain({ files: { 'perf/gate.yml': config } });
    const pull = world.repo.addPull('configured', { program: { scan: 1650000 }, files: { 'perf/gate.yml': config } }, 77);
    const configured = { config: 'gate.yml', 'working-directory': 'perf', run: '', build: '', rounds: 10, 'max-rounds': 30 };
    const lenient = await go(world, pullRequestEvent(world.repo, pull), pull.merge, configured);
    assert.equal(lenient.outputs.verdict, 'pass', lenient.log);
    const strict = await go(world, pullRequestEvent(world.repo, pull), pull.merge, { ...configured, threshold: 4 });
    assert.equal(strict.outputs.verdict, 'regression', strict.log);
    const absent = await go(world, pullRequestEvent(world.repo, pull), pull.merge, { ...configured, config: 'none.yml' });
    assert.equal(absent.outcome, 'failure');
    assert.match(levels(absent, 'error'), /there is no file 'none.yml' in perf/);
});

test('main says how far it has come since a release, and decides nothing by it', async t => {
    const world = await openWorld(t);
    const release = world.repo.shas.main;
    world.repo.pushMain({ program: { scan: 1650000 } });
    const head = world.repo.pushMain({ program: { scan: 1650000 }, files: { 'NEWS.md': 'more\n' } });
    const run = await go(world, pushEvent(world.repo), head, { reference: release, 'baseline-store': 'none' });
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'pass');
    assert.match(run.summary, new RegExp(`Since ${release}`));
    const drift = readZip(artifact(world, /^perfgate-report/).data).find(f => f.name === 'drift.json');
    assert.equal(JSON.parse(drift.data).verdict, 'regression');
});

test('measured long enough, a regression has a flame graph, and main a profile', async t => {
    const world = await openWorld(t);
    const long = { parse: 30000000, scan: 30000000, sort: 1000 };
    world.repo.pushMain({ program: long });
    const push = await go(world, pushEvent(world.repo), world.repo.shas.main, { mode: 'store', 'pgo-profile': 'true', rounds: 3, 'max-rounds': 3 });
    assert.equal(push.outcome, 'success', push.log);
    assert.equal(push.outputs.verdict, 'measured');
    if (!push.outputs['pgo-profile']) {
        t.skip(`this machine samples nothing: ${levels(push, 'warning')}`);
        return;
    }
    const top = spawnSync(program, ['profile', 'top', push.outputs['pgo-profile']], { encoding: 'utf8' });
    assert.match(top.stdout, /work/);
    assert.ok(artifact(world, /-pgo$/));
    // too few samples for a compiler: the reason is told, nothing is handed out, and the verdict stands
    const few = await go(world, pushEvent(world.repo), world.repo.shas.main, { mode: 'store', 'pgo-profile': 'gcc', rounds: 3, 'max-rounds': 3 });
    assert.equal(few.outcome, 'success', few.log);
    assert.match(levels(few, 'warning'), /no profile for gcc: (.|\n)*(too few samples|debug information|no known function)/);
    assert.equal(few.outputs['pgo-profile'] ?? '', '');
    // the slow function stands in a file of a hostile name, and another one, as slow, says that it is none of the repository
    const odd = 'src/100%,a:b.c';
    const slower = demoFiles({ program: { ...long, scan: 36000000 } })['bench.c'].replace('static void work', `#line 41 "${odd}"\nstatic void work`);
    const pull = world.repo.addPull('long', { files: { 'bench.c': slower, [odd]: '/* of the generator */\n' } }, 77);
    const run = await go(world, pullRequestEvent(world.repo, pull), pull.merge, { rounds: 5, 'max-rounds': 5, build: `${inputs.build} -g` });
    assert.equal(run.outputs.verdict, 'regression', run.log);
    const [place, ...others] = run.annotations.filter(a => a.file);
    assert.deepEqual(others, []);
    assert.deepEqual([place.level, place.file, place.line], ['warning', odd, '41'], JSON.stringify(run.annotations));
    assert.match(place.title, /^regressed: \w+ in /);
    const page = artifact(world, /flame\.html$/);
    assert.match(page.name, /^perfgate-report-0-1-flame\.html$/);
    assert.equal(page.archived, false);
    assert.doesNotMatch(page.data.toString(), /(src|href)="https?:/);
    assert.match(run.outputs['flamegraph-url'], /artifacts/);
    const kept = Object.fromEntries(readZip(artifact(world, /^perfgate-report-0-1$/).data).map(({ name, data }) => [name, data.toString()]));
    for (const side of ['base', 'head']) {
        assert.match(kept[`${side}.folded`], /^.*main;.*work \d+$/m);
        assert.doesNotMatch(kept[`${side}.folded`], /\/(tmp|home)\//);
    }
    const recordings = Object.fromEntries(['base.pb.gz', 'head.pb.gz'].map(name => [`recordings/${name}`, readFileSync(join(run.job.temp, 'perfgate/recordings', name))]));
    for (const [policy, report, drawn] of [['never', 'regression', false], ['on-regression', 'pass', false], ['always', 'pass', true]]) {
        const facts = { mode: 'gate', 'artifact-name': 'a', 'report.json': `{\n  "verdict": "${report}"\n}`, ...recordings };
        const again = await runFacts(world, 'compare', { facts, env: { PG_IN_FLAMEGRAPH: policy, PG_IN_PGO_PROFILE: 'false', PG_IN_CONFIG: '' } });
        assert.equal(again.code, 0, again.log);
        assert.equal(again.outputs.flame === 'true', drawn, policy);
    }
});

test('the machine\'s own clock, a benchmark that became 20 % slower; cpu-time decides', async t => {
    const world = await openWorld(t);
    const long = { parse: 1000, scan: 15000000, sort: 1000 };
    world.repo.pushMain({ program: long });
    const pull = world.repo.addPull('slower', { program: { ...long, scan: 18000000 } }, 77);
    const real = { metric: 'cpu-time', rounds: 10, 'max-rounds': 30 };
    const run = await go(world, pullRequestEvent(world.repo, pull), pull.merge, real, { env: { DEMO_CLOCK: 'real' } });
    assert.equal(run.outputs.verdict, 'regression', run.log);
    assert.equal(run.outputs.compared, '1');
    assert.ok(Number(run.outputs['worst-change']) > 10 && Number(run.outputs['worst-change']) < 30, run.outputs['worst-change']);
    const report = JSON.parse(readFileSync(run.outputs['report-json'], 'utf8'));
    assert.deepEqual([...new Set(report.benchmarks.filter(row => row.gated).map(row => row.unit))], ['cpu-sec/op']);
    const scan = report.benchmarks.find(row => row.name === 'Scan');
    assert.ok(scan.change > 0.05, `by the real clock ${scan.change}`);
});

test('without jq the verdict stands', async t => {
    const world = await openWorld(t);
    const run = await pullRun(world, 'slow', {}, { tools: { hide: ['jq'] } });
    assert.equal(run.outputs.verdict, 'regression', run.log);
    assert.equal(run.outcome, 'failure');
    assert.equal(run.outputs.regressions, '1');
    assert.match(levels(run, 'warning'), /no jq/);
});

test('no git, or no checkout: an error that says so', async t => {
    const world = await openWorld(t);
    const run = await pullRun(world, 'clean', {}, { tools: { hide: ['git'] } });
    assert.equal(run.outcome, 'failure');
    assert.match(levels(run, 'error'), /this machine has no git/);
    mkdirSync(join(world.root, 'empty'));
    const empty = await pullRun(world, 'clean', {}, { workspace: join(world.root, 'empty') });
    assert.equal(empty.outcome, 'failure');
    assert.match(levels(empty, 'error'), /no git checkout/);
});

// A copy of the action beside SOURCE files, so that its checksums may be its own.
function copyOfAction(world, checksums) {
    const root = join(world.root, 'perfgate');
    mkdirSync(join(root, 'tests'), { recursive: true });
    for (const name of ['Makefile', 'gate', 'runners', 'stats', 'tests/deps.sh']) {
        symlinkSync(resolve(name), join(root, name));
    }
    cpSync('github-action', join(root, 'github-action'), { recursive: true });
    writeFileSync(join(root, 'github-action/checksums.txt'), checksums);
    return join(root, 'github-action');
}

const machine = spawnSync('uname', ['-m'], { encoding: 'utf8' }).stdout.trim();
const version = readFileSync('github-action/VERSION', 'utf8').trim();

test('a released archive is taken if its checksum is the one that is known', async t => {
    const world = await openWorld(t);
    const name = `perfgate-${version}-linux-${machine}.tar.gz`;
    const releases = join(world.root, 'releases', `v${version}`);
    mkdirSync(join(releases, 'bin'), { recursive: true });
    cpSync(program, join(releases, 'bin/perfgate'), { dereference: true });
    assert.equal(spawnSync('tar', ['-czf', name, 'bin'], { cwd: releases }).status, 0);
    const sum = createHash('sha256').update(readFileSync(join(releases, name))).digest('hex');
    const where = { env: { PERFGATE_RELEASES: `file://${dirname(releases)}` } };
    const action = copyOfAction(world, `${sum}  ${name}\n`);
    const good = await pullRun(world, 'clean', { 'perfgate-path': '' }, { action, ...where, tools: { hide: ['gh'] } });
    assert.equal(good.outputs.verdict, 'pass', good.log);
    assert.match(good.step('install').log, /\(prebuilt\)/);
    writeFileSync(join(action, 'checksums.txt'), `${'0'.repeat(64)}  ${name}\n`);
    const bad = await pullRun(world, 'clean', { 'perfgate-path': '' }, { action, ...where });
    assert.equal(bad.outcome, 'failure');
    assert.match(levels(bad, 'error'), /has the SHA-256 [0-9a-f]{64}; checksums.txt has 0{64}/);
});

// gh as far as install.sh talks to it: what it is told goes to $GH_SEEN, what it says is the first argument
const gh = (says, status) => `{ echo "$*"; echo "token $GH_TOKEN"; } >>"$RUNNER_TEMP/gh-seen"; echo '${says}' >&2; exit ${status}`;

test('a released archive is checked with gh, too: a no is red, no answer is a warning', async t => {
    const world = await openWorld(t);
    const name = `perfgate-${version}-linux-${machine}.tar.gz`;
    const releases = join(world.root, 'releases', `v${version}`);
    mkdirSync(join(releases, 'bin'), { recursive: true });
    cpSync(program, join(releases, 'bin/perfgate'), { dereference: true });
    assert.equal(spawnSync('tar', ['-czf', name, 'bin'], { cwd: releases }).status, 0);
    const sum = createHash('sha256').update(readFileSync(join(releases, name))).digest('hex');
    const action = copyOfAction(world, `${sum}  ${name}\n`);
    const install = tools => pullRun(world, 'docs-only', { 'perfgate-path': '', install: 'prebuilt', 'paths-ignore': '*.md' },
        { action, tools, env: { PERFGATE_RELEASES: `file://${dirname(releases)}` } });
    const good = await install({ stubs: { gh: gh('Loaded 1 attestation', 0) } });
    assert.equal(good.outcome, 'success', good.log);
    assert.match(good.step('install').log, /was built by perfgate\/perfgate, as GitHub attests/);
    assert.equal(levels(good, 'warning'), '');
    const seen = readFileSync(join(good.job.temp, 'gh-seen'), 'utf8');
    assert.match(seen, new RegExp(`^attestation verify \\S+/${name} --repo perfgate/perfgate --hostname github.com\ntoken sesame-open-the-door\n$`));
    for (const [says, status] of [['HTTP 404: Not Found', 1], ['verifying with issuer "sigstore.dev"\nError: no matching attestations', 1]]) {
        const bad = await install({ stubs: { gh: gh(says, status) } });
        assert.equal(bad.outcome, 'failure');
        assert.equal(bad.step('measure').outcome, 'skipped');
        assert.match(levels(bad, 'error'), /is not attested to be built by perfgate\/perfgate .*(404|no matching)/);
    }
    for (const [says, status] of [['To get started with GitHub CLI, please run: gh auth login', 4], ['unknown command "attestation" for "gh"', 1],
        ['HTTP 503: Service Unavailable', 1], ['error connecting to api.github.com', 1], ['', 124]]) {
        const unknown = await install({ stubs: { gh: gh(says, status) } });
        assert.equal(unknown.outcome, 'success', unknown.log);
        assert.match(levels(unknown, 'warning'), /who built it could not be checked .*its checksum is right/, says);
    }
    const absent = await install({ hide: ['gh'] });
    assert.equal(absent.outcome, 'success', absent.log);
    assert.match(levels(absent, 'warning'), /this machine has no gh; its checksum is right/);
});

test('else it is built from this source once, and the cache keeps it', async t => {
    const world = await openWorld(t);
    const action = copyOfAction(world, '# none\n');
    // stands for `make … install … PREFIX=FOLDER`, which takes minutes
    const make = `for word; do case $word in PREFIX=*) mkdir -p "\${word#PREFIX=}/bin" && cp -L '${program}' "\${word#PREFIX=}/bin/perfgate" ;; esac; done`;
    const tools = { tools: { stubs: { make } } };
    const first = await go(world, pushEvent(world.repo), world.repo.shas.main, { 'perfgate-path': '' }, { action, ...tools });
    assert.equal(first.outcome, 'success', first.log);
    assert.match(first.step('install').log, /\(build\)/);
    assert.ok(first.stubCalls().some(call => /^make .* install DESTDIR= PREFIX=.*\.perfgate\/bin$/.test(call)), first.stubCalls().join('\n'));
    const second = await pullRun(world, 'clean', { 'perfgate-path': '' }, { action, ...tools });
    assert.equal(second.outputs.verdict, 'pass', second.log);
    assert.deepEqual(second.stubCalls().filter(call => call.startsWith('make')), []);
});

test('a program that was asked for: another version is told, no program is an error', async t => {
    const world = await openWorld(t);
    const other = join(world.root, 'other');
    writeFileSync(other, `#!/bin/sh\n[ "$1" = --version ] && echo 'perfgate 0.0.1' && exit\nexec '${program}' "$@"\n`, { mode: 0o755 });
    const docs = { 'paths-ignore': '*' };
    const run = await pullRun(world, 'clean', { ...docs, 'perfgate-path': other });
    assert.equal(run.outcome, 'success', run.log);
    assert.match(levels(run, 'warning'), /perfgate-path is perfgate 0\.0\.1, this action is made for/);
    for (const [inputs, words] of [[{ 'perfgate-path': '/bin/true' }, /'\/bin\/true' is no perfgate that runs here/],
        [{ 'perfgate-path': '', install: 'path' }, /install: path, but no perfgate/], [{ 'perfgate-path': '', install: 'prebuilt' }, /checksums.txt has no perfgate-/]]) {
        const none = await pullRun(world, 'clean', { ...docs, ...inputs });
        assert.equal(none.outcome, 'failure');
        assert.match(levels(none, 'error'), words);
    }
});

test('what the build needs is installed with sudo, or named', async t => {
    const world = await openWorld(t);
    const action = copyOfAction(world, '# none\n');
    const tools = { hide: ['pkg-config', 'pkgconf'] };
    const run = await pullRun(world, 'clean', { 'perfgate-path': '' }, { action, tools });
    assert.equal(run.outcome, 'failure');
    assert.match(levels(run, 'error'), /pkgconf/);
    assert.equal(run.step('measure').outcome, 'skipped');
});
