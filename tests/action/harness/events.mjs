// Event payloads: GitHub's own examples (@octokit/webhooks-examples) with the facts of the demo repository put in.
import examples from '@octokit/webhooks-examples/api.github.com/index.json';

function example(name, action) {
    const found = examples.find(e => e.name === name)?.examples.find(e => action === undefined || e.action === action);
    if (!found) {
        throw new Error(`there is no example of ${name} ${action ?? ''}`);
    }
    return structuredClone(found);
}

function repository(payload, repo) {
    Object.assign(payload.repository, { id: repo.id, name: 'demo', full_name: repo.fullName, default_branch: 'main', fork: false });
    payload.repository.owner.login = 'octo';
    return payload;
}

// PULL: one of repo.pulls. The payload's base.sha is stale on purpose when PULL says so (staleBase).
export function pullRequestEvent(repo, pull, action = 'synchronize') {
    const payload = repository(example('pull_request', action), repo);
    payload.number = pull.number;
    const pr = payload.pull_request;
    pr.number = pull.number;
    Object.assign(pr.head, { ref: pull.branch, sha: pull.sha, label: `${pull.owner}:${pull.branch}` });
    Object.assign(pr.head.repo, { full_name: `${pull.owner}/demo`, fork: pull.owner !== 'octo', id: pull.owner === 'octo' ? repo.id : 777 });
    Object.assign(pr.base, { ref: 'main', sha: pull.staleBase ?? repo.shas.main });
    Object.assign(pr.base.repo, { full_name: repo.fullName, id: repo.id });
    pr.merge_commit_sha = pull.merge;
    pr.labels = [];
    return {
        event_name: 'pull_request', event: payload, ref: `refs/pull/${pull.number}/merge`, sha: pull.merge, head_ref: pull.branch,
        base_ref: 'main', repository: repo.fullName,
    };
}

export function pushEvent(repo, sha = repo.shas.main, branch = 'main') {
    const payload = repository(example('push'), repo);
    Object.assign(payload, { ref: `refs/heads/${branch}`, after: sha, before: '0'.repeat(40), created: true });
    return { event_name: 'push', event: payload, ref: `refs/heads/${branch}`, sha, repository: repo.fullName };
}

export function mergeGroupEvent(repo, pull) {
    const payload = repository(example('merge_group', 'checks_requested'), repo);
    const ref = `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${repo.shas.main}`;
    Object.assign(payload.merge_group, { head_sha: pull.merge, head_ref: ref, base_sha: repo.shas.main, base_ref: 'refs/heads/main' });
    return { event_name: 'merge_group', event: payload, ref, sha: pull.merge, repository: repo.fullName };
}

// The trusted job that follows run RUN (id) of PULL; as for forks, the payload's list of pull requests is empty.
export function workflowRunEvent(repo, pull, run = 4711, conclusion = 'success') {
    const payload = repository(example('workflow_run', 'completed'), repo);
    Object.assign(payload.workflow_run, {
        id: run, event: 'pull_request', head_sha: pull.sha, head_branch: pull.branch, conclusion, status: 'completed', pull_requests: [],
        path: '.github/workflows/perf.yml', run_attempt: 1,
    });
    Object.assign(payload.workflow_run.head_repository, { full_name: `${pull.owner}/demo`, fork: pull.owner !== 'octo',
        id: pull.owner === 'octo' ? repo.id : 777 });
    payload.workflow_run.head_repository.owner.login = pull.owner;
    Object.assign(payload.workflow_run.repository, { full_name: repo.fullName, id: repo.id });
    return { event_name: 'workflow_run', event: payload, ref: 'refs/heads/main', sha: repo.shas.main, repository: repo.fullName };
}
