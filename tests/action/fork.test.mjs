// A pull request of a fork, from the measurement with a token that may only read to the comment of the trusted job.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pullRequestEvent, workflowRunEvent } from './harness/events.mjs';
import { runAction } from './harness/run.mjs';
import { perfgate } from './harness/script.mjs';
import { openWorld } from './harness/world.mjs';
import { readZip } from './harness/zip.mjs';

test('a slow fork: red by its own exit status, commented by the publish job', async t => {
    const world = await openWorld(t);
    const pull = world.repo.pulls['fork-slow'];
    world.api.addToken('fork-token', { contents: 'read', 'pull-requests': 'read' });
    world.api.addToken('main-token', { 'pull-requests': 'write', actions: 'read' });
    const gate = await runAction('github-action', {
        world, workspace: world.repo.checkout(pull.merge, { depth: 2 }), github: { ...pullRequestEvent(world.repo, pull), token: 'fork-token' },
        inputs: { build: 'make', run: './bench', 'perfgate-path': perfgate },
    });
    assert.deepEqual(gate.faults, []);
    assert.equal(gate.outcome, 'failure', gate.log);
    assert.equal(gate.outputs.verdict, 'regression');
    assert.deepEqual(world.api.issue(pull.number).comments, []);
    assert.ok(gate.annotations.some(a => a.level === 'warning' && /403.*publish action/.test(a.message)));
    const left = world.artifacts.list(a => a.name === 'perfgate-publish-default');
    assert.deepEqual(left.flatMap(a => readZip(a.data).map(e => e.name)), ['report.json']);
    const publish = await runAction('github-action/publish', {
        world, github: { ...workflowRunEvent(world.repo, pull, 4711, 'failure'), token: 'main-token' }, inputs: { 'perfgate-path': perfgate },
    });
    assert.deepEqual(publish.faults, []);
    assert.equal(publish.outcome, 'success', publish.log);
    const [comment, ...others] = world.api.issue(pull.number).comments;
    assert.deepEqual(others, []);
    assert.match(comment.body, /^<!-- perfgate:v1 key=default -->\n[^]*untrusted job/);
    assert.match(comment.body, new RegExp(pull.sha));
    assert.deepEqual(world.api.log.filter(r => r.unknown || r.crash), []);
});
