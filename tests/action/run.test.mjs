// The runner itself, on the sample composite and on small ones made here.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { pullRequestEvent, pushEvent } from './harness/events.mjs';
import { runAction, runWorkflowJob } from './harness/run.mjs';
import { openWorld } from './harness/world.mjs';

const sample = new URL('fixtures/sample', import.meta.url).pathname;

const root = mkdtempSync(join(tmpdir(), 'perfgate-run-'));
after(() => rmSync(root, { recursive: true, force: true }));

// a composite of STEPS, in a folder of its own
function composite(steps, rest = {}) {
    const folder = mkdtempSync(join(root, 'composite-'));
    writeFileSync(join(folder, 'action.yml'), stringify({ name: 'x', description: 'x', ...rest, runs: { using: 'composite', steps } }));
    return folder;
}
const bash = (run, rest = {}) => ({ shell: 'bash', run, ...rest });
const runSteps = (steps, options) => runAction(composite(steps), options);

test('the sample: inputs, outputs, environment, summary, annotations', async t => {
    const world = await openWorld(t, { repo: false });
    const run = await runAction(sample, { world, inputs: { greeting: 'good day' } });
    assert.deepEqual(run.faults, []);
    assert.equal(run.outcome, 'success');
    assert.equal(run.outputs.said, 'good day');
    assert.equal(run.outputs['after-failure'], 'skipped/failure/success');
    assert.equal(run.env.FROM_SAY, 'good day');
    assert.equal(run.summary, '# good day\n');
    assert.deepEqual(run.annotations.filter(a => a.level === 'notice'), [{ level: 'notice', message: 'good day', title: 'Said' }]);
});

test('a failing step ends the action, always() still runs, outputs are there', async t => {
    const world = await openWorld(t, { repo: false });
    const run = await runAction(sample, { world, inputs: { loud: true } });
    assert.equal(run.outcome, 'failure');
    assert.equal(run.step('fails').outcome, 'failure', 'pipefail is on');
    assert.doesNotMatch(run.log, /not reached/);
    assert.equal(run.step('not-after-failure').outcome, 'skipped');
    assert.equal(run.outputs['after-failure'], 'failure/failure/success');
});

test('main saves a cache, a pull request restores it', async t => {
    const world = await openWorld(t);
    const workspace = world.repo.checkout(world.repo.shas.main);
    mkdirSync(join(workspace, '.kept'));
    writeFileSync(join(workspace, '.kept/file'), 'kept');
    const push = await runAction(sample, { world, workspace, github: pushEvent(world.repo) });
    assert.equal(push.step('save').outcome, 'success');
    const pull = world.repo.pulls.slow;
    const next = world.repo.checkout(pull.merge);
    const run = await runAction(sample, { world, workspace: next, github: pullRequestEvent(world.repo, pull) });
    assert.equal(run.outputs['cache-key'], `sample-${world.repo.shas.main}`);
    assert.equal(run.step('restore').outputs['cache-hit'], 'false');
    assert.equal(readFileSync(join(next, '.kept/file'), 'utf8'), 'kept');
});

test('a step sees a clean environment: no token, no INPUT_, nothing of the machine', async () => {
    process.env.PERFGATE_LEAK = 'leak';
    const run = await runSteps([bash('env')], { github: { token: 'sesame' }, inputs: {} });
    delete process.env.PERFGATE_LEAK;
    assert.doesNotMatch(run.rawLog, /PERFGATE_LEAK|sesame|INPUT_|ACTIONS_RUNTIME|GITHUB_TOKEN/);
    for (const name of ['GITHUB_ACTIONS=true', 'CI=true', 'GITHUB_SHA=', 'GITHUB_ACTION_PATH=/', 'RUNNER_TEMP=/', 'GITHUB_EVENT_PATH=/']) {
        assert.ok(run.rawLog.includes(name), name);
    }
});

test('what may not be: an unpinned action, an unknown one, an unknown context, no shell', async () => {
    for (const [step, reason] of [
        [{ uses: 'actions/cache/restore@v5', with: { path: 'x', key: 'y' } }, /not pinned/],
        [{ uses: `nobody/nothing@${'a'.repeat(40)}` }, /nothing stands for/],
        [{ uses: './other' }, /not pinned/],
        [bash('true', { if: 'secrets.x' }), /Unrecognized named-value/],
        [{ run: 'true' }, /'shell' is required/],
    ]) {
        const run = await runSteps([step]);
        assert.match(run.faults.join('\n'), reason);
        assert.equal(run.outcome, 'failure');
    }
});

test('unknown inputs are a warning, inputs are found in any case, defaults are expressions', async () => {
    const folder = composite([bash('printf %s "$X"', { env: { X: '${{ inputs.one }}|${{ inputs.two }}' } })],
        { inputs: { One: { default: '${{ github.actor }}' }, two: { default: 'b' } } });
    const run = await runAction(folder, { inputs: { TWO: 2, three: 3 } });
    assert.equal(run.steps[0].log, 'octocat|2');
    assert.match(run.annotations[0].message, /Unexpected input\(s\) 'three', valid inputs are \['One', 'two'\]/);
});

test('conditions: status functions, expressions with and without ${{ }}, hashFiles', async () => {
    const run = await runSteps([
        bash('exit 1', { id: 'bad' }),
        bash('true', { id: 'a', if: 'failure()' }),
        bash('true', { id: 'b', if: "${{ github.actor == 'octocat' }}" }),
        bash('true', { id: 'c', if: "always() && github.actor == 'nobody'" }),
        bash('true', { id: 'd', if: "!cancelled() && contains('success() x', 'x')" }),
        bash('true', { id: 'e', if: "contains('always()', 'a')" }),
        bash('true', { id: 'f', if: "${{ always() && hashFiles('*.none') == '' }}" }),
    ]);
    const ran = run.steps.filter(s => s.outcome === 'success').map(s => s.id);
    assert.deepEqual(ran, ['a', 'd', 'f']);
});

test('environment files: each case that fails the step', async () => {
    for (const [line, reason] of [
        ['novalue', /Invalid format 'novalue'/], ['=x', /Name must not be empty/], ['a<<', /delimiter must not be empty/],
        ['a<<EOF\nx', /Matching delimiter not found 'EOF'/], ['<<EOF\nEOF', /Name must not be empty/],
    ]) {
        const run = await runSteps([bash(`printf '%s\\n' "$LINE" >>"$GITHUB_OUTPUT"`, { id: 'out', env: { LINE: line } })]);
        assert.equal(run.outcome, 'failure', line);
        assert.match(run.step('out').errors.join('\n'), reason);
    }
});

test('environment files: GITHUB_ENV refuses NODE_OPTIONS, GITHUB_PATH is newest first, GITHUB_* cannot be overwritten', async () => {
    const refused = await runSteps([bash('echo NODE_OPTIONS=--x >>"$GITHUB_ENV"')]);
    assert.match(refused.steps[0].errors.join(), /NODE_OPTIONS/);
    const run = await runSteps([
        bash('echo /one >>"$GITHUB_PATH"; printf "/two\\n/one\\n" >>"$GITHUB_PATH"; echo GITHUB_SHA=forged >>"$GITHUB_ENV"'),
        bash('echo "$PATH $GITHUB_SHA"'),
    ]);
    assert.match(run.steps[1].log, /^\/one:\/two:/);
    assert.doesNotMatch(run.steps[1].log, /forged/);
});

test('a summary over 1 MiB is dropped with an error annotation, the step stays green', async () => {
    const run = await runSteps([bash('head -c 1048577 /dev/zero | tr "\\0" x >>"$GITHUB_STEP_SUMMARY"'), bash('echo y >>"$GITHUB_STEP_SUMMARY"')]);
    assert.equal(run.outcome, 'success');
    assert.equal(run.summary, 'y\n');
    assert.match(run.annotations[0].message, /GITHUB_STEP_SUMMARY upload aborted/);
});

test('workflow commands: ten annotations a level for the whole action, masks, stop-commands, disabled ones fail', async () => {
    const run = await runSteps([
        bash('for i in {1..7}; do echo "::error file=a%2Cb.c,line=3::e$i%0Anext"; done; echo "::add-mask::secret"; echo "a secret"'),
        bash('for i in {1..7}; do echo "  ::error::f$i"; done; echo "text ::error::no"; echo "::unknown::x"'),
        bash('echo "::stop-commands::tok"; echo "::error::hidden"; echo "::tok::"; echo "::warning::seen"; echo "x ##[notice]old"'),
    ]);
    assert.equal(run.annotations.filter(a => a.level === 'error').length, 10);
    assert.equal(run.droppedAnnotations.length, 4);
    assert.deepEqual(run.annotations[0], { level: 'error', message: 'e1\nnext', file: 'a,b.c', line: '3' });
    assert.deepEqual(run.annotations.filter(a => a.level !== 'error').map(a => a.message), ['seen', 'old']);
    assert.match(run.log, /a \*\*\*/);
    for (const line of ['::set-env name=A::b', '::add-path::/x', '::stop-commands::error']) {
        assert.equal((await runSteps([bash(`echo "${line}"`)])).outcome, 'failure', line);
    }
});

test('programs: hidden ones are gone, those that change the machine are stubs and leave a record', async () => {
    const run = await runSteps([
        bash('command -v jq || echo no jq; sudo -n true || echo no sudo; mine a b'),
    ], { tools: { hide: ['jq'], stubs: { mine: 'echo "mine got $1"' } } });
    assert.match(run.log, /no jq/);
    assert.match(run.log, /no sudo/);
    assert.match(run.log, /mine got a/);
    assert.deepEqual(run.stubCalls(), ['sudo -n true', 'mine a b']);
});

test('a step that hangs is stopped with its children', async () => {
    const run = await runSteps([bash('sleep 600 & sleep 600')], { stepTimeout: 300 });
    assert.equal(run.outcome, 'failure');
    assert.match(run.annotations[0].message, /took too long/);
});

test('a job needs others: its condition, what it reads of them, secrets', async t => {
    const world = await openWorld(t, { repo: false });
    const file = join(world.root, 'w.yml');
    writeFileSync(file, stringify({ on: 'push', jobs: {
        plain: { needs: 'a', steps: [{ run: 'true' }] },
        all: { needs: 'a', if: '${{ !cancelled() }}', steps: [{ run: 'echo "$SAID"', env: { SAID: '${{ needs.a.outputs.x }} ${{ secrets.S }}' } }] },
    } }));
    const outcome = async (id, result) => runWorkflowJob(file, id, { world, needs: { a: { result, outputs: { x: 'of a' } } }, secrets: { S: 'hush' } });
    assert.equal((await outcome('plain', 'failure')).outcome, 'skipped');
    assert.equal((await outcome('plain', 'success')).outcome, 'success');
    assert.equal((await outcome('all', 'cancelled')).outcome, 'skipped');
    assert.match((await outcome('all', 'failure')).log, /of a hush/);
});

test('a job of a workflow runs its steps, the composite among them', async t => {
    const world = await openWorld(t);
    const folder = mkdtempSync(join(root, 'workflow-'));
    writeFileSync(join(folder, 'w.yml'), stringify({ on: 'push', env: { A: '1' }, jobs: { perf: { 'runs-on': 'ubuntu-24.04', steps: [
        { uses: `actions/checkout@${'3'.repeat(40)}`, with: { 'fetch-depth': 2 } },
        { uses: `octo/perfgate/github-action@${'4'.repeat(40)}`, with: { greeting: 'from ${{ github.event_name }}' }, id: 'gate' },
        { run: 'git rev-parse HEAD^; echo "$A ${{ steps.gate.outputs.said }}"' },
    ] } } }));
    const run = await runWorkflowJob(join(folder, 'w.yml'), 'perf', { world, github: pushEvent(world.repo),
        actions: { 'octo/perfgate/github-action': sample } });
    assert.deepEqual(run.faults, []);
    assert.equal(run.outcome, 'success');
    assert.match(run.steps[2].log, new RegExp(`${world.repo.shas.main2}\n1 from push`));
    assert.ok(existsSync(join(run.job.workspace, 'bench.c')));
});
