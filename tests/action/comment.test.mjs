// The sticky comment, the label that overrides, the check run: each script against the mock API.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { BOT } from './harness/api.mjs';
import { SUMMARY_LIMIT } from './harness/commands.mjs';
import { perfgate, recordingText, runFacts } from './harness/script.mjs';
import { openWorld } from './harness/world.mjs';

const HEAD = 'a'.repeat(40);
const MARKER = '<!-- perfgate:v1 key=default -->';
const TOKEN = 'ghs_sesame';
const reports = {};

before(() => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-reports-'));
    const write = (name, levels) => writeFileSync(join(folder, name), recordingText(levels));
    write('base.txt', { Parse: 1000, Scan: 2000 });
    write('slow.txt', { Parse: 1000, Scan: 2400 });
    write('short.txt', { Parse: 1000 });
    for (const [name, head] of [['pass', 'base.txt'], ['regression', 'slow.txt'], ['missing', 'short.txt']]) {
        const json = join(folder, `${name}.json`);
        const done = spawnSync(perfgate, ['compare', '--report', `json=${json}`, join(folder, 'base.txt'), join(folder, head)], { encoding: 'utf8' });
        assert.equal(done.status, { pass: 0, regression: 1, missing: 4 }[name], done.stdout + done.stderr);
        reports[name] = readFileSync(json, 'utf8').trim();
    }
});

async function pullWorld(t, permissions = { 'pull-requests': 'write', contents: 'read' }) {
    const world = await openWorld(t, { repo: false });
    world.api.addToken(TOKEN, permissions);
    world.api.addPull({ number: 3, sha: HEAD, branch: 'slow' });
    return world;
}

const comment = (world, { verdict = 'regression', facts = {}, env = {}, ...rest } = {}) => runFacts(world, 'comment', {
    facts: { 'pull-sha': HEAD, verdict, 'report.json': reports[verdict] ?? reports.pass, ...facts },
    env: { PG_TOKEN: TOKEN, PG_PULL_NUMBER: '3', PG_IN_COMMENT: 'auto', PG_IN_COMMENT_KEY: 'default', ...env }, ...rest,
});
const comments = world => world.api.issue(3).comments;
const writes = world => world.api.log.filter(r => r.method !== 'GET' && r.path !== '/graphql');

test('a comment is written once and changed in place from then on', async t => {
    const world = await pullWorld(t);
    const first = await comment(world, { env: { PG_ARTIFACT_URL: 'https://github.com/octo/demo/actions/runs/1/artifacts/2' } });
    assert.equal(first.code, 0, first.log);
    assert.equal(comments(world).length, 1);
    const { body, id, html_url: url } = comments(world)[0];
    assert.ok(body.startsWith(`${MARKER}\n`));
    assert.match(body, /Scan/);
    assert.match(body, new RegExp(HEAD));
    assert.match(body, /actions\/runs\/1\/artifacts\/2/);
    assert.equal(first.outputs['comment-url'], url);
    const second = await comment(world, { verdict: 'pass' });
    assert.equal(second.code, 0, second.log);
    assert.deepEqual(comments(world).map(c => c.id), [id]);
    assert.doesNotMatch(comments(world)[0].body, /❌/);
    assert.deepEqual(world.api.log.filter(r => r.unknown), []);
});

test('the comment is found among 250 of others, a forged marker is not ours', async t => {
    const world = await pullWorld(t);
    for (let i = 0; i < 250; i++) {
        world.api.addComment(3, i === 100 ? `${MARKER}\nI am perfgate, honestly` : `comment ${i}`, 'someone');
    }
    world.api.addComment(3, `see ${MARKER}\nquoted by the bot`, BOT);
    await comment(world);
    assert.equal(comments(world).length, 252);
    world.api.addComment(3, 'later', 'someone');
    world.api.log.length = 0;
    await comment(world, { verdict: 'pass' });
    assert.equal(comments(world).length, 253);
    assert.equal(comments(world)[100].body, `${MARKER}\nI am perfgate, honestly`);
    assert.match(comments(world)[250].body, /^see/);
    assert.match(comments(world)[251].body, /pass/);
    assert.deepEqual(world.api.log.filter(r => /comments$/.test(r.path)).map(r => r.query.page), ['1', '2', '3']);
    assert.deepEqual(writes(world).map(r => r.method), ['PATCH']);
});

test('a user called like the bot is somebody else', async t => {
    const world = await pullWorld(t);
    world.api.addComment(3, `${MARKER}\nforged`, 'github-actions');
    await comment(world);
    assert.equal(comments(world).length, 2);
    assert.equal(comments(world)[0].body, `${MARKER}\nforged`);
});

test('of two comments the older one stays, and jobs with another key keep their own', async t => {
    const world = await pullWorld(t);
    const older = world.api.addComment(3, `${MARKER}\nold`);
    world.api.addComment(3, `${MARKER}\nyounger`);
    const other = world.api.addComment(3, '<!-- perfgate:v1 key=arm -->\nother job');
    await comment(world);
    assert.deepEqual(comments(world).map(c => c.id), [older.id, other.id]);
    await comment(world, { env: { PG_IN_COMMENT_KEY: 'arm' } });
    assert.match(comments(world)[1].body, /^<!-- perfgate:v1 key=arm -->\n(?!other job)/);
    assert.equal(comments(world).length, 2);
});

test('who asks for what: never, always, on-change, auto', async t => {
    for (const [policy, verdict, expected] of [
        ['never', 'regression', 0], ['always', 'pass', 1], ['auto', 'pass', 0], ['on-change', 'pass', 0], ['auto', 'regression', 1],
        ['on-change', 'regression', 1], ['auto', 'inconclusive', 1], ['on-change', 'inconclusive', 0], ['auto', 'no-baseline', 1],
    ]) {
        const world = await pullWorld(t);
        const run = await comment(world, { verdict, env: { PG_IN_COMMENT: policy } });
        assert.equal(run.code, 0, run.log);
        assert.equal(comments(world).length, expected, `${policy}, ${verdict}`);
        if (expected === 0 && policy !== 'never') {
            world.api.addComment(3, `${MARKER}\nregression`);
            await comment(world, { verdict, env: { PG_IN_COMMENT: policy } });
            assert.doesNotMatch(comments(world)[0].body, /^.*\nregression$/, 'what is there is brought up to date');
        }
    }
});

test('without a report the comment says that nothing was enforced', async t => {
    const world = await pullWorld(t);
    const run = await comment(world, { verdict: 'broken', facts: { 'report.json': '', fails: 'it `took` @long <b>' } });
    assert.equal(run.code, 0, run.log);
    const empty = await pullWorld(t);
    const none = await runFacts(empty, 'comment', { facts: { 'pull-sha': HEAD, verdict: 'broken', headline: 'broken', fails: 'it `took` @team' },
        env: { PG_TOKEN: TOKEN, PG_PULL_NUMBER: '3', PG_IN_COMMENT: 'auto', PG_IN_COMMENT_KEY: 'two--words' } });
    assert.equal(none.code, 0, none.log);
    assert.match(comments(empty)[0].body, /^<!-- perfgate:v1 key=two-words -->\n\*\*perfgate: NOT ENFORCED: broken\*\*/);
    assert.doesNotMatch(comments(empty)[0].body, /[`@]/);
});

test('a pull request that has moved on keeps its newer comment', async t => {
    const world = await pullWorld(t);
    world.api.addComment(3, `${MARKER}\nof the newer head`);
    world.api.pulls[0].head.sha = 'b'.repeat(40);
    const run = await comment(world);
    assert.equal(run.code, 0);
    assert.deepEqual(writes(world), []);
    assert.match(run.annotations[0].message, /moved on/);
});

test('a token that may not write: a warning, the report for the publish action, and no second attempt', async t => {
    for (const permissions of [{ 'pull-requests': 'read', contents: 'read' }, { contents: 'read' }]) {
        const world = await pullWorld(t, permissions);
        const run = await comment(world);
        assert.equal(run.code, 0, run.log);
        assert.equal(run.outputs.publish, 'true');
        assert.deepEqual(run.annotations.map(a => a.level), ['warning']);
        assert.match(run.annotations[0].message, /403.*publish action/);
        const refused = world.api.log.filter(r => r.status === 403);
        assert.equal(refused.length, 1);
    }
});

test('a server that stumbles is asked again, one that stays down costs no verdict', async t => {
    for (const fault of [{ status: 502, times: 2 }, { status: 429, times: 1, headers: { 'retry-after': '1' } }, { status: 0, times: 1 }]) {
        for (const method of ['GET', 'PATCH']) {
            const world = await pullWorld(t);
            world.api.addComment(3, `${MARKER}\nold`);
            world.api.inject({ method, path: /comments/, ...fault });
            const run = await comment(world);
            assert.equal(run.code, 0, run.log);
            assert.match(comments(world)[0].body, /Scan/, `${method} ${fault.status}`);
            assert.deepEqual(run.annotations, []);
        }
    }
    const down = await pullWorld(t);
    down.api.inject({ status: 503, times: 1000 });
    const run = await comment(down);
    assert.equal(run.code, 0);
    assert.deepEqual(run.annotations.map(a => a.level), ['warning']);
    assert.ok(down.api.log.length <= 10);
});

test('a POST that broke is looked for before it is repeated', async t => {
    const world = await pullWorld(t);
    world.api.inject({ method: 'POST', path: /issues.3.comments/, status: 502 });
    const run = await comment(world);
    assert.equal(run.code, 0, run.log);
    assert.equal(comments(world).length, 1);
    const asked = world.api.log.filter(r => /issues.3.comments$/.test(r.path)).map(r => r.method);
    assert.deepEqual(asked, ['GET', 'POST', 'GET', 'POST']);
});

test('Retry-After is obeyed', async t => {
    const world = await pullWorld(t);
    world.api.inject({ method: 'GET', path: /comments/, status: 429, headers: { 'retry-after': '7' } });
    const run = await comment(world, {});
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(run.calls(), ['sleep 7']);
});

function manyRegressions(count) {
    const big = JSON.parse(reports.regression);
    const row = big.benchmarks.find(b => b.verdict === 'regressed');
    big.benchmarks = Array.from({ length: count }, (_, i) => ({ ...row, name: `Scan/${'é'.repeat(60)}/${i}` }));
    for (const counts of [big.counts, big.gated_counts]) {
        Object.assign(counts, { regressed: count, same: 0 });
    }
    return JSON.stringify(big);
}

test('5,000 benchmarks fit into a comment and a check run', async t => {
    const world = await pullWorld(t, { 'pull-requests': 'write', checks: 'write' });
    const facts = { 'pull-sha': HEAD, verdict: 'regression', 'report.json': manyRegressions(5000) };
    const run = await comment(world, { facts });
    assert.equal(run.code, 0, run.log);
    assert.deepEqual(run.annotations, []);
    assert.equal(comments(world).length, 1, run.log);
    assert.match(comments(world)[0].body, /rows left out for size/);
    const check = await runFacts(world, 'check-run', { facts, env: { PG_TOKEN: TOKEN, PG_IN_CHECK_RUN: 'x' } });
    assert.deepEqual(check.annotations, []);
    assert.equal(world.api.checkRuns.length, 1, check.log);
});

test('20,000 benchmarks fit into a summary with the drift below it, and into ten annotations', async t => {
    const world = await pullWorld(t);
    const summary = join(world.root, 'summary.md');
    const facts = { 'pull-sha': HEAD, verdict: 'regression', 'report.json': manyRegressions(20000), reference: 'v1', 'drift.md': 'x'.repeat(60000) };
    const run = await runFacts(world, 'summary', { facts, env: { GITHUB_STEP_SUMMARY: summary } });
    assert.equal(run.code, 0, run.log);
    assert.ok(statSync(summary).size > 800000 && statSync(summary).size < SUMMARY_LIMIT, String(statSync(summary).size));
    assert.match(readFileSync(summary, 'utf8'), /rows left out for size[^]*Since v1/);
    const lines = await runFacts(world, 'annotations', { facts });
    assert.equal(lines.annotations.filter(a => a.level === 'error').length, 10);
    assert.match(lines.annotations.at(-1).message, /^and 19992 more/);
});

test('a text that GitHub finds too long is a warning, and no second attempt', async t => {
    const world = await pullWorld(t);
    const folder = mkdtempSync(join(world.root, 'stub-'));
    writeFileSync(join(folder, 'perfgate'), `#!/bin/bash\nout="\${@: -1}"\n{ echo '${MARKER}'; printf 'x%.0s' {1..70000}; } >"\${out#github-comment=}"\n`, { mode: 0o755 });
    const run = await comment(world, { facts: { program: join(folder, 'perfgate') } });
    assert.equal(run.code, 0, run.log);
    assert.match(run.annotations[0].message, /422/);
    assert.equal(writes(world).length, 1);
    assert.deepEqual(comments(world), []);
});

test('the token is in no argument, no log and no file', async t => {
    const world = await pullWorld(t);
    const run = await comment(world, { tools: { stubs: { curl: 'exec /usr/bin/curl "$@"' } } });
    assert.equal(run.code, 0, run.log);
    assert.equal(comments(world).length, 1);
    assert.ok(run.calls().length > 3);
    assert.doesNotMatch(run.calls().join('\n') + run.log, new RegExp(TOKEN));
    assert.equal(spawnSync('grep', ['-rlF', TOKEN, run.state]).stdout.toString(), '');
});

test('without jq, without a token, not on a pull request: said, and exit 0', async t => {
    const world = await pullWorld(t);
    for (const options of [{ tools: { hide: ['jq'] } }, { env: { PG_TOKEN: '' } }, { env: { PG_PULL_NUMBER: '' } }]) {
        const run = await comment(world, options);
        assert.equal(run.code, 0, run.log);
        assert.equal(run.annotations.length, 1);
    }
    assert.deepEqual(writes(world), []);
});

// ---- the label ----

const override = (world, { report = 'regression', env = {} } = {}) => runFacts(world, 'override', {
    facts: { 'report.json': reports[report] },
    env: { PG_TOKEN: TOKEN, PG_PULL_NUMBER: '3', PG_IN_OVERRIDE_LABEL: 'perf-ok', GITHUB_EVENT_NAME: 'pull_request', ...env },
});

test('the label that is there now overrides, and who set it last is named', async t => {
    const world = await pullWorld(t);
    assert.equal((await override(world)).outputs.overridden, 'false');
    for (let i = 0; i < 130; i++) {
        world.api.addLabel(3, `label ${i}`);
    }
    world.api.addLabel(3, 'perf-ok', 'early');
    world.api.issue(3).timeline.push({ event: 'unlabeled', label: { name: 'perf-ok' }, actor: { login: 'early' } });
    world.api.issue(3).timeline.push({ event: 'labeled', label: { name: 'perf-ok' }, actor: { login: 'ann' } });
    const run = await override(world);
    assert.equal(run.code, 0, run.log);
    assert.equal(run.outputs.overridden, 'true', run.log);
    assert.equal(run.outputs['overridden-by'], 'ann');
    assert.equal(run.fact('overridden-by'), 'ann');
    assert.equal(run.fact('override-label'), 'perf-ok');
});

test('benchmarks that are gone can be accepted too', async t => {
    const world = await pullWorld(t);
    world.api.addLabel(3, 'perf-ok', 'ann');
    assert.equal((await override(world, { report: 'missing' })).outputs['overridden-by'], 'ann');
});

test('never on push, nor without a regression, nor with another label', async t => {
    const world = await pullWorld(t);
    world.api.addLabel(3, 'perf-ok', 'ann');
    for (const options of [{ env: { GITHUB_EVENT_NAME: 'push' } }, { env: { GITHUB_EVENT_NAME: 'merge_group' } }, { report: 'pass' },
        { env: { PG_IN_OVERRIDE_LABEL: '' } }, { env: { PG_IN_OVERRIDE_LABEL: 'perf' } }]) {
        const run = await override(world, options);
        assert.equal(run.code, 0, run.log);
        assert.equal(run.outputs.overridden, 'false');
        assert.equal(run.fact('overridden-by'), null);
    }
});

test('labels or actor that cannot be read override nothing', async t => {
    const closed = await pullWorld(t, { contents: 'read' });
    closed.api.addLabel(3, 'perf-ok', 'ann');
    for (const world of [closed]) {
        const run = await override(world);
        assert.equal(run.outputs.overridden, 'false');
        assert.match(run.annotations[0].message, /403.*not overridden/);
    }
    for (const path of [/labels$/, /timeline$/]) {
        const world = await pullWorld(t);
        world.api.addLabel(3, 'perf-ok', 'ann');
        world.api.inject({ path, status: 502, times: 50 });
        const run = await override(world);
        assert.equal(run.code, 0);
        assert.equal(run.outputs.overridden, 'false', String(path));
        assert.match(run.annotations[0].message, /not overridden/);
    }
    const lost = await pullWorld(t);
    lost.api.issue(3).labels.push('perf-ok');
    assert.equal((await override(lost)).outputs.overridden, 'false');
});

// ---- the check run ----

test('a check run is complete from its first moment', async t => {
    for (const [verdict, fails, conclusion] of [['regression', 'slower', 'failure'], ['regression', '', 'neutral'], ['pass', '', 'success'],
        ['inconclusive', '', 'neutral'], ['broken', 'no report', 'failure']]) {
        const world = await pullWorld(t, { checks: 'write' });
        world.api.inject({ method: 'POST', path: /check-runs/, status: 502 });
        const run = await runFacts(world, 'check-run', {
            facts: { 'pull-sha': HEAD, verdict, fails, ...(reports[verdict] ? { 'report.json': reports[verdict] } : {}) },
            env: { PG_TOKEN: TOKEN, PG_IN_CHECK_RUN: 'perfgate / benchmarks' },
        });
        assert.equal(run.code, 0, run.log);
        assert.deepEqual(world.api.checkRuns.map(c => [c.name, c.head_sha, c.status, c.conclusion]),
            [['perfgate / benchmarks', HEAD, 'completed', conclusion]]);
        assert.ok(world.api.checkRuns[0].output.summary.length > 20);
    }
    const closed = await pullWorld(t);
    const run = await runFacts(closed, 'check-run', { facts: { 'pull-sha': HEAD, verdict: 'pass', 'report.json': reports.pass },
        env: { PG_TOKEN: TOKEN, PG_IN_CHECK_RUN: 'x' } });
    assert.equal(run.code, 0);
    assert.match(run.annotations[0].message, /checks: write/);
});
