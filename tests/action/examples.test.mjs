// The ready workflows, run as they are on the demo repository.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { mergeGroupEvent, pullRequestEvent, pushEvent } from './harness/events.mjs';
import { workflowsOf } from './harness/rules.mjs';
import { runWorkflowJob } from './harness/run.mjs';
import { openWorld } from './harness/world.mjs';

const program = resolve(process.env.PERFGATE ?? 'build/perfgate');
const example = name => `github-action/examples/${name}.yml`;

async function job(world, file, id, github, options = {}) {
    world.api.addToken('sesame-open-the-door', { 'pull-requests': 'write', contents: 'write' });
    const run = await runWorkflowJob(file, id, {
        world, tools: { prepend: [dirname(program)] }, ...options, github: { token: 'sesame-open-the-door', ...github },
        actions: { 'owner/perfgate/github-action': 'github-action', ...options.actions },
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
