// The `github` context, and the environment that a step starts with: what the runner documents, and nothing of ours.
import { delimiter } from 'node:path';

// GIVEN fields win. `repository` is owner/name; a ref like refs/pull/3/merge or refs/heads/main names the rest.
export function githubContext(given, job) {
    const ref = given.ref ?? 'refs/heads/main';
    const repository = given.repository ?? 'octo/demo';
    const api = job.options.world?.api;
    return {
        token: '', actor: 'octocat', triggering_actor: 'octocat', workflow: 'perf', workflow_ref: '', job: 'perf', run_id: '4711',
        run_number: '7', run_attempt: '1', repository_id: '1296269', retention_days: '90', event_name: 'push', event: {}, sha: '0'.repeat(40),
        ref_name: ref.replace(/^refs\/(heads|tags|pull)\//, ''), ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
        ref_protected: false, head_ref: '', base_ref: '', server_url: api?.serverUrl ?? 'https://github.com',
        api_url: api?.url ?? 'http://127.0.0.1:9', graphql_url: `${api?.url ?? 'http://127.0.0.1:9'}/graphql`,
        ...given, ref, repository, repository_owner: repository.split('/')[0], workspace: job.workspace, event_path: job.eventPath,
    };
}

const EXPORTED = ['actor', 'api_url', 'base_ref', 'event_name', 'event_path', 'graphql_url', 'head_ref', 'job', 'ref', 'ref_name',
    'ref_protected', 'ref_type', 'repository', 'repository_id', 'repository_owner', 'retention_days', 'run_attempt', 'run_id',
    'run_number', 'server_url', 'sha', 'triggering_actor', 'workflow', 'workflow_ref', 'workspace'];

// ENV is what the workflow and the action set; the runner's own names cannot be overwritten by it. No token, no INPUT_*.
export function stepEnvironment(job, env, runtime) {
    const named = (prefix, map, names) => Object.fromEntries(names.filter(name => map[name] !== undefined)
        .map(name => [prefix + name.toUpperCase(), String(map[name])]));
    const all = {
        CI: 'true', HOME: job.home, LANG: 'C.UTF-8', USER: 'runner', SHELL: '/bin/bash', TMPDIR: job.temp,
        ...(job.runner.environment === 'github-hosted' ? { ImageOS: 'ubuntu24', ImageVersion: '20261101.1.0' } : {}),
        ...env,
        GITHUB_ACTIONS: 'true', ...named('GITHUB_', job.github, EXPORTED), ...named('RUNNER_', job.runner,
            ['os', 'arch', 'name', 'temp', 'tool_cache', 'environment']),
        ...runtime,
    };
    const path = env.PATH ?? job.basePath;
    return { ...all, PATH: [...job.path, path].join(delimiter) };
}
