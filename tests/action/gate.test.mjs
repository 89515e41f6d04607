// The gate end to end: real program, real measuring of the demo's benchmarks, whose clock counts work.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { mergeGroupEvent, pullRequestEvent, pushEvent } from './harness/events.mjs';
import { git } from './harness/repo.mjs';
import { runAction } from './harness/run.mjs';
import { openWorld } from './harness/world.mjs';
import { readZip } from './harness/zip.mjs';

const program = resolve(process.env.PERFGATE ?? 'build/perfgate');
const inputs = { build: 'make -s', run: 'exec ./bench', rounds: 6, 'max-rounds': 12, 'perfgate-path': program };

async function gate(world, github, commit, more = {}, options = {}) {
    world.api.addToken('sesame-open-the-door', { 'pull-requests': 'write', contents: 'read' });
    const run = await runAction('github-action', {
        world, workspace: world.repo.checkout(commit, { depth: options.depth ?? 2 }), ...options,
        github: { token: 'sesame-open-the-door', ...github }, inputs: { ...inputs, ...more },
    });
    assert.deepEqual(run.faults, []);
    assert.doesNotMatch(run.rawLog, /unbound variable|command not found|: syntax error near|No such file or directory/);
    return run;
}

const gatePull = (world, branch, more, options) =>
    gate(world, pullRequestEvent(world.repo, world.repo.pulls[branch]), world.repo.pulls[branch].merge, more, options);

const levels = (run, level) => run.annotations.filter(a => a.level === level).map(a => a.message).join('\n');

const archive = (world, pattern) => Object.fromEntries(readZip(world.artifacts.list(a => pattern.test(a.name))[0].data)
    .map(({ name, data }) => [name, data.toString()]));

test('a pull request that is 10 % slower fails, after all is published', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'slow');
    const pull = world.repo.pulls.slow;
    assert.equal(run.outcome, 'failure');
    const expected = { verdict: 'regression', enforced: 'true', regressions: '1', compared: '3', 'worst-benchmark': 'Scan', strategy: 'interleaved',
        'baseline-source': 'interleaved', 'base-sha': world.repo.shas.main, 'head-sha': pull.sha, 'fingerprint-match': 'true', 'overridden-by': '' };
    for (const [name, value] of Object.entries(expected)) {
        assert.equal(run.outputs[name], value, name);
    }
    assert.ok(Math.abs(Number(run.outputs['worst-change']) - 10) < 1.5, run.outputs['worst-change']);
    assert.equal(run.step('gate').outcome, 'failure');
    const order = ['inputs', 'find', 'install', 'setup', 'resolve', 'keys', 'cache', 'fetch', 'measure', 'compare', 'override', 'verdict', 'artifact',
        'flame-artifact', 'summary', 'annotations', 'comment', 'check-run', 'save', 'cache-save', 'gate'];
    assert.deepEqual(run.steps.map(step => step.id).filter(id => order.includes(id)), order, 'the order is the contract');
    assert.equal(run.steps.at(-1).id, 'gate');
    assert.match(run.summary, /Scan/);
    assert.match(run.summary, new RegExp(pull.sha.slice(0, 12)));
    const report = JSON.parse(archive(world, /^perfgate-report-0-1$/)['report.json']);
    assert.equal(report.verdict, 'regression');
    assert.match(archive(world, /^perfgate-report-0-1$/)['head.txt'], /^BenchmarkScan/m);
    assert.match(levels(run, 'error'), /Scan/);
    assert.match(run.outputs['artifact-url'], /artifacts\/\d+/);
    const [comment, ...others] = world.api.issue(pull.number).comments;
    assert.deepEqual(others, []);
    assert.match(comment.body, /^<!-- perfgate:v1 key=default -->\n[^\n]*regression[^]*\| Scan /);
    assert.match(comment.body, new RegExp(pull.sha));
    assert.ok(comment.body.includes(run.outputs['artifact-url']));
    assert.ok(run.outputs['comment-url']);
});

test('the label accepts a regression: green, and everything says who and what', async t => {
    const world = await openWorld(t);
    const { number } = world.repo.pulls.slow;
    world.api.addLabel(number, 'perf-ok', 'maria');
    const run = await gatePull(world, 'slow');
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'overridden');
    assert.equal(run.outputs['overridden-by'], 'maria');
    assert.equal(run.outputs.enforced, 'false');
    for (const text of [run.summary, world.api.issue(number).comments[0].body]) {
        assert.match(text, /maria/);
        assert.match(text, /Scan/);
    }
    assert.match(levels(run, 'warning'), /perf-ok/);
});

test('a pull request that costs nothing passes', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'clean');
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'pass');
    assert.equal(run.outputs.enforced, 'true');
    assert.equal(run.outputs.regressions, '0');
    assert.equal(run.outputs['baseline-saved'] ?? '', '');
    assert.equal(levels(run, 'error'), '');
});

test('a change of documents only: nothing is measured, the check is green and says so', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'docs-only', { 'paths-ignore': '**/*.md\ndocs/**' });
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'pass');
    assert.equal(run.outputs.enforced, 'false');
    assert.match(run.summary, /not applicable/);
    assert.doesNotMatch(run.rawLog, /sec\/op/);
    const measured = await gatePull(world, 'clean', { 'paths-ignore': '**/*.md' });
    assert.equal(measured.outputs.enforced, 'true', 'bench.c changed, too');
});

test('the base does not build: no baseline, loudly, and red where that was asked for', async t => {
    const world = await openWorld(t);
    for (const [policy, outcome] of [['warn', 'success'], ['fail', 'failure']]) {
        const run = await gatePull(world, 'mended', { 'on-missing-baseline': policy });
        assert.equal(run.outputs.verdict, 'no-baseline', run.log);
        assert.equal(run.outputs.enforced, 'false');
        assert.equal(run.outcome, outcome);
        assert.match(run.summary, /NOT ENFORCED/);
        assert.match(run.summary, /base does not build, and no baseline is stored \(base: build of [0-9a-f]{40} failed: [^?]*\)/);
        assert.match(levels(run, policy === 'warn' ? 'warning' : 'error'), /base does not build/);
    }
});

test('the base does not build, but what came before it is stored: compared with that', async t => {
    const world = await openWorld(t);
    const push = await gate(world, pushEvent(world.repo, world.repo.shas.main2), world.repo.shas.main2);
    assert.equal(push.outputs['baseline-saved'], 'true', push.log);
    const run = await gatePull(world, 'mended');
    assert.equal(run.outputs.strategy, 'stored', run.log);
    assert.equal(run.outputs['baseline-source'], 'cache');
    assert.equal(run.outputs.verdict, 'pass', run.log);
    assert.match(levels(run, 'warning'), /the base does not build/);
});

test('the head does not build: red, whatever is tolerated', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'broken', { 'on-missing-baseline': 'warn', 'on-regression': 'warn', 'on-inconclusive': 'pass' });
    assert.equal(run.outcome, 'failure');
    assert.equal(run.outputs.verdict, 'broken');
    assert.match(levels(run, 'error'), /head: build of [0-9a-f]{40} failed/);
    assert.equal(run.step('summary').outcome, 'success');
});

test('nothing to compare with: a warning that says NOT ENFORCED, or red', async t => {
    const world = await openWorld(t);
    const stored = { strategy: 'stored', 'baseline-store': 'none' };
    const run = await gatePull(world, 'clean', stored);
    assert.equal(run.outputs.verdict, 'no-baseline', run.log);
    assert.equal(run.outcome, 'success');
    assert.match(levels(run, 'warning'), /NOT ENFORCED/);
    assert.equal(run.outputs['baseline-source'], 'none');
    const strict = await gatePull(world, 'clean', { ...stored, 'on-missing-baseline': 'fail' });
    assert.equal(strict.outcome, 'failure');
});

test('a benchmark was removed: red, by name, and how to allow it', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'removed');
    assert.equal(run.outcome, 'failure');
    assert.equal(run.outputs.verdict, 'broken');
    assert.equal(run.outputs.removed, '1');
    assert.match(levels(run, 'error'), /benchmarks of the base are missing: Sort.*perf-ok.*allow-missing/s);
});

test('too noisy to decide: inconclusive by the policy', async t => {
    const world = await openWorld(t);
    for (const [policy, outcome, level] of [['warn', 'success', 'warning'], ['fail', 'failure', 'error'], ['pass', 'success', null]]) {
        const run = await gatePull(world, 'noisy', { 'on-inconclusive': policy, rounds: 3, 'max-rounds': 3 });
        assert.equal(run.outputs.verdict, 'inconclusive', run.log);
        assert.equal(run.outcome, outcome);
        assert.match(run.summary, /inconclusive/);
        if (level) {
            assert.match(levels(run, level), /could be decided/);
        }
    }
});

test('measuring that takes too long is stopped, and red', async t => {
    const world = await openWorld(t);
    // the limit of a minute is a second here: timeout --signal=INT --kill-after=30 SECONDS COMMAND…
    const hurried = { tools: { stubs: { timeout: 'exec /usr/bin/timeout "$1" "$2" 1 "${@:4}"' } } };
    const run = await gatePull(world, 'clean', { run: 'sleep 100', 'timeout-minutes': 1 }, hurried);
    assert.equal(run.outcome, 'failure');
    assert.equal(run.outputs.verdict, 'broken');
    assert.match(levels(run, 'error'), /took longer than 1 minutes/);
    assert.equal(run.step('summary').outcome, 'success');
});

test('what a benchmark prints is no command of the workflow', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'hostile', { run: 'echo "::error::forged on stderr" >&2; ./bench' });
    assert.equal(run.outputs.verdict, 'pass', run.log);
    assert.doesNotMatch(levels(run, 'error'), /forged/);
    assert.ok(!run.masks.has?.('pass'), 'no mask was added');
    assert.equal(run.env.PATH, undefined);
});

test('measured code has no token and no file of commands', async t => {
    const world = await openWorld(t);
    const command = '{ echo "::error::by a descriptor" >&3; } 2>/dev/null || true';
    const run = await gatePull(world, 'clean', { run: `env >"$RUNNER_TEMP/seen"; ${command}; ./bench`, build: `env >"$RUNNER_TEMP/seen-build"; ${command}; make -s` },
        { env: { GITHUB_TOKEN: 'sesame-open-the-door', NPM_TOKEN: 'npm', MY_SECRET: 'x', HARMLESS: 'yes' } });
    assert.equal(run.outcome, 'success', run.log);
    assert.doesNotMatch(levels(run, 'error'), /by a descriptor/);
    for (const file of ['seen', 'seen-build']) {
        const seen = readFileSync(join(run.job.temp, file), 'utf8');
        assert.match(seen, /^HARMLESS=yes$/m);
        assert.doesNotMatch(seen, /sesame-open|_TOKEN=|SECRET|^PG_|^GITHUB_(ENV|OUTPUT|PATH|STEP_SUMMARY)=/m);
    }
});

test('names of benchmarks are text: no mention, no markup, no command, no output of their own', async t => {
    const world = await openWorld(t);
    const names = ['`@team`', '<img/src=x>', '|EOF', '::error::forged', '%0A::error::forged', '$(touch\\tx)', '[x](http://example.com)'];
    const lines = ns => names.map((name, i) => `    puts("Benchmark${name} 1 ${ns + i} ns/op");\n`).join('');
    world.repo.pushMain({ program: { extra: lines(1000) } });
    const pull = world.repo.addPull('named', { program: { extra: lines(1500) } }, 77);
    const run = await gate(world, pullRequestEvent(world.repo, pull), pull.merge);
    assert.equal(run.outputs.verdict, 'regression', run.log);
    assert.ok(Number(run.outputs.regressions) >= 6, run.outputs.regressions);
    assert.ok(!existsSync(join(world.root, 'tx')));
    assert.doesNotMatch(run.summary.replace(/<!--.*?-->/gs, ''), /(^|[^\\&])@team|<img/);
    assert.doesNotMatch(run.annotations.map(a => `${a.level} ${a.message}`).join('\n'), /^error forged/m);
    assert.match(run.outputs['worst-benchmark'], /^[ -~]+$/);
});

test('a merge group is measured once more, without a comment; its base is the queue’s', async t => {
    const world = await openWorld(t);
    const run = await gate(world, mergeGroupEvent(world.repo, world.repo.pulls.slow), world.repo.pulls.slow.merge);
    assert.equal(run.outputs.verdict, 'regression', run.log);
    assert.equal(run.outputs['base-sha'], world.repo.shas.main);
    assert.equal(run.step('comment').outcome, 'skipped');
});

test('a checkout one commit deep, or of the branch itself: the base is found', async t => {
    const world = await openWorld(t);
    const shallow = await gatePull(world, 'clean', {}, { depth: 1 });
    assert.equal(shallow.outputs['base-sha'], world.repo.shas.main, shallow.log);
    const pull = world.repo.pulls.clean;
    const forked = world.repo.shas.main;
    world.repo.pushMain({ program: { scan: 3000000 } });
    const branch = await gate(world, pullRequestEvent(world.repo, pull), pull.sha, {}, { depth: 1 });
    assert.equal(branch.outputs['base-sha'], forked, 'what main did since then is not the branch’s doing');
    assert.equal(branch.outputs.verdict, 'pass', branch.log);
});

// Nothing is measured where all files are ignored: for what happens before and after.
const unmeasured = { 'paths-ignore': '*' };

test('which commits are compared: a stale payload, a tag, the merge base, a release that is unknown', async t => {
    const world = await openWorld(t);
    const { main, main1, main2 } = world.repo.shas;
    const pull = world.repo.pulls.clean;
    const stale = await gate(world, pullRequestEvent(world.repo, { ...pull, staleBase: main1 }), pull.merge, unmeasured);
    assert.equal(stale.outputs['base-sha'], main);
    assert.equal(stale.outputs['head-sha'], pull.sha);
    git(world.repo.origin, ['tag', 'v1.0', main2]);
    for (const [input, expected] of [['v1.0', main2], [main1, main1], ['merge-base', main]]) {
        const run = await gatePull(world, 'clean', { ...unmeasured, 'compare-with': input });
        assert.equal(run.outputs['base-sha'], expected, `${input}: ${run.log}`);
    }
    const unknown = await gatePull(world, 'clean', { 'compare-with': 'no-such-tag', 'baseline-store': 'none' });
    assert.equal(unknown.outputs.verdict, 'no-baseline', unknown.log);
    assert.match(levels(unknown, 'warning'), /cannot find what to compare/);
    const push = await gate(world, pushEvent(world.repo), main, unmeasured);
    assert.equal(push.outputs['base-sha'], main2, 'not event.before, which is zero on new branches');
});

test('what is written can be switched off, and named', async t => {
    const world = await openWorld(t);
    world.api.addToken('sesame-with-checks', { 'pull-requests': 'write', checks: 'write', contents: 'read' });
    const pull = world.repo.pulls.slow;
    const github = { ...pullRequestEvent(world.repo, pull), token: 'sesame-with-checks' };
    const run = await gate(world, github, pull.merge, { summary: 'false', annotations: 'false', comment: 'never', 'check-run': 'perf / gate',
        'artifact-name': 'numbers', 'retention-days': 7, 'on-regression': 'warn' });
    assert.equal(run.outcome, 'success', run.log);
    assert.equal(run.outputs.verdict, 'regression');
    assert.equal(run.outputs.enforced, 'false');
    assert.equal(run.summary, '');
    assert.deepEqual(run.annotations.filter(a => a.level === 'error'), []);
    assert.match(levels(run, 'warning'), /NOT ENFORCED: 1 of the rows that decide regressed; worst: Scan/);
    assert.deepEqual(world.api.issue(pull.number).comments, []);
    assert.deepEqual(world.api.checkRuns.map(c => [c.name, c.conclusion, c.head_sha]), [['perf / gate', 'neutral', pull.sha]]);
    const [kept] = world.artifacts.list(a => a.name === 'numbers-0-1');
    assert.equal(kept.retentionDays, 7);
});

test('an API that is down changes no verdict, and the second attempt keeps the first one\'s artifacts', async t => {
    const world = await openWorld(t);
    const { number } = world.repo.pulls.slow;
    world.api.inject({ status: 503, times: 1000 });
    const quick = { tools: { stubs: { sleep: 'exit 0' } } };
    const first = await gatePull(world, 'slow', {}, quick);
    assert.equal(first.outcome, 'failure');
    assert.equal(first.outputs.verdict, 'regression', first.log);
    assert.match(levels(first, 'warning'), /no comment was written/);
    assert.match(first.summary, /Scan/);
    for (const fault of world.api.faults) {
        fault.times = 0;
    }
    world.api.addLabel(number, 'perf-ok', 'maria');
    const pull = world.repo.pulls.slow;
    const second = await gate(world, { ...pullRequestEvent(world.repo, pull), run_attempt: '2' }, pull.merge, {}, quick);
    assert.equal(second.outputs.verdict, 'overridden', 'the label is not in the payload that a re-run repeats');
    assert.equal(second.outcome, 'success', second.log);
    assert.deepEqual(world.artifacts.list(a => /^perfgate-report/.test(a.name)).map(a => a.name).sort(), ['perfgate-report-0-1', 'perfgate-report-0-2']);
});

test('perf is allowed with sudo, the CPU that is asked for must be there', async t => {
    const world = await openWorld(t);
    const paranoid = `[ "$1" = /proc/sys/kernel/perf_event_paranoid ] && echo 4 || exec /bin/cat "$@"`;
    const stubs = { cat: paranoid, id: 'echo 1000', sudo: 'exit 0' };
    const run = await gatePull(world, 'clean', unmeasured, { tools: { stubs } });
    assert.ok(run.stubCalls().includes('sudo -n sysctl -q -w kernel.perf_event_paranoid=1 kernel.kptr_restrict=0'), run.stubCalls().join('\n'));
    const without = await gatePull(world, 'clean', { ...unmeasured, 'setup-perf': 'true' }, { tools: { stubs: { ...stubs, sudo: 'exit 1' } } });
    assert.match(levels(without, 'warning'), /sudo is not to be had; perf_event_paranoid stays 4/);
    const off = await gatePull(world, 'clean', { ...unmeasured, 'setup-perf': 'false' }, { tools: { stubs } });
    assert.ok(!off.stubCalls().some(call => call.includes('sysctl')));
    const cpu = await gatePull(world, 'clean', { ...unmeasured, 'cpu-pin': '99999' });
    assert.equal(cpu.outcome, 'failure');
    assert.match(levels(cpu, 'error'), /cpu-pin is 99999: there is no such CPU/);
    const saving = await gatePull(world, 'clean', { ...unmeasured, 'save-baseline': 'true' });
    assert.match(levels(saving, 'warning'), /nothing is saved from a pull request/);
});

test('two shards and the job that joins them; a lost one is noticed', async t => {
    const world = await openWorld(t);
    const pull = world.repo.pulls.slow;
    const github = { run_id: '4242', ...pullRequestEvent(world.repo, pull) };
    const run = 'wanted=${1#^}\n./bench | grep -E "^Benchmark${wanted%$} "';
    const share = { mode: 'measure', list: 'printf "%s\\n" Parse Scan Sort', run };
    const first = await gate(world, github, pull.merge, { ...share, shard: '1/2' });
    assert.equal(first.outcome, 'success', first.log);
    assert.equal(first.outputs.verdict, 'measured');
    const lost = await gate(world, github, pull.merge, { mode: 'compare', run: '', build: '' });
    assert.equal(lost.outcome, 'failure');
    assert.match(lost.rawLog, /missing: 2/);
    const [{ data }] = world.artifacts.list(a => a.name === 'perfgate-shard-1');
    world.artifacts.upload({ run: { id: 4242 }, name: 'perfgate-shard-2', data });
    const doubled = await gate(world, github, pull.merge, { mode: 'compare', run: '', build: '' });
    assert.equal(doubled.outcome, 'failure', 'one shard twice is not both');
    const second = await gate(world, github, pull.merge, { ...share, shard: '2/2' });
    assert.equal(second.outcome, 'success', second.log);
    const whole = await gate(world, github, pull.merge, { mode: 'compare', run: '', build: '' });
    assert.equal(whole.outputs.verdict, 'regression', whole.log);
    assert.equal(whole.outputs.compared, '3');
    assert.equal(whole.outputs['worst-benchmark'], 'Scan');
    assert.equal(whole.outcome, 'failure');
});

test('main stores what it measured, the next pull request on such a machine uses it', async t => {
    const world = await openWorld(t);
    const selfHosted = { runner: { environment: 'self-hosted' }, depth: 0 };
    const push = await gate(world, pushEvent(world.repo), world.repo.shas.main, {}, selfHosted);
    assert.equal(push.outcome, 'success', push.log);
    assert.equal(push.outputs['baseline-saved'], 'true', push.log);
    assert.equal(world.cache.entries.length > 0, true);
    const run = await gatePull(world, 'slow', {}, selfHosted);
    assert.equal(run.outputs.strategy, 'stored', run.log);
    assert.equal(run.outputs['baseline-source'], 'cache');
    assert.equal(run.outputs.verdict, 'regression', run.log);
    world.cache.evict(() => true);
    const evicted = await gatePull(world, 'slow', {}, selfHosted);
    assert.equal(evicted.outputs.strategy, 'interleaved', 'without a baseline both sides are measured');
    assert.equal(evicted.outputs.verdict, 'regression', evicted.log);
    assert.match(evicted.rawLog, /No baseline in the cache/);
});

test('a baseline of another machine is none; compared all the same, its regression is a warning', async t => {
    const world = await openWorld(t);
    const file = join(world.root, 'stored.txt');
    const stored = { strategy: 'stored', 'baseline-store': 'path', 'baseline-path': file };
    const push = await gate(world, pushEvent(world.repo), world.repo.shas.main, { ...stored, mode: 'store' }, { depth: 0 });
    assert.equal(push.outputs['baseline-saved'], 'true', push.log);
    const own = await gatePull(world, 'slow', stored, { depth: 0 });
    assert.equal(own.outputs.verdict, 'regression', own.log);
    assert.equal(own.outcome, 'failure');
    assert.equal(own.outputs['baseline-source'], 'path');
    const text = readFileSync(file, 'utf8');
    const other = text.replace(/^(# perfgate fingerprint: .*)$/m, line => line.replace(/model=\S+/, 'model=999'))
        .replace(/^# perfgate fingerprint-id: .*$/m, '# perfgate fingerprint-id: 0123456789abcdef');
    assert.notEqual(other, text);
    writeFileSync(file, other);
    const none = await gatePull(world, 'slow', stored, { depth: 0 });
    assert.equal(none.outputs.verdict, 'no-baseline', none.log);
    assert.equal(none.outcome, 'success');
    const across = await gatePull(world, 'slow', { ...stored, 'allow-cross-machine': 'true' }, { depth: 0 });
    assert.equal(across.outputs.verdict, 'regression', across.log);
    assert.equal(across.outputs['fingerprint-match'], 'false');
    assert.equal(across.outputs.enforced, 'false');
    assert.equal(across.outcome, 'success');
    assert.match(levels(across, 'warning'), /NOT ENFORCED: a regression, but base was measured on another machine/);
});

test('inputs that are not known are refused, all at once', async t => {
    const world = await openWorld(t);
    const run = await gatePull(world, 'clean', { mode: 'gates', 'on-regression': 'ignore', 'retention-days': 91, shard: '3/2', threshold: '5; rm' });
    assert.equal(run.outcome, 'failure');
    assert.match(levels(run, 'error'), /input mode is 'gates'; expected one of: auto gate measure compare store/);
    assert.match(levels(run, 'error'), /input on-regression is 'ignore'; expected one of: fail warn/);
    assert.match(levels(run, 'error'), /retention-days is '91'; expected a whole number from 1 to 90/);
    assert.match(levels(run, 'error'), /threshold is '5; rm'/);
    assert.equal(run.step('install').outcome, 'skipped');
});
