// The endpoints of the mock API: [method, path, handler]; a handler gets { api, login, match, query, body, url }.
import { CHECK_ANNOTATIONS_LIMIT, CHECK_SUMMARY_LIMIT, characters, COMMENT_LIMIT, Refusal } from './api.mjs';

const REPO = '^/repos/([\\w.-]+/[\\w.-]+)';
const at = path => new RegExp(`${REPO}${path}$`);

// One page of LIST, with the Link header of GitHub; WRAP puts it into { total_count, NAME: [] }.
function page(list, { query, url }, wrap) {
    const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30));
    const number = Math.max(1, Number(query.get('page') ?? 1) || 1);
    const last = Math.max(1, Math.ceil(list.length / size));
    const link = (n, rel) => {
        const target = new URL(url);
        target.searchParams.set('page', n);
        return `<${target.href}>; rel="${rel}"`;
    };
    const links = [
        ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
        ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ];
    const slice = list.slice((number - 1) * size, number * size);
    return { body: wrap ? { total_count: list.length, [wrap]: slice } : slice, headers: links.length > 0 ? { link: links.join(', ') } : {} };
}

const invalid = (resource, field, message) => new Refusal(422, 'Validation Failed', [{ resource, code: 'unprocessable', field, message }]);

function commentBody(body) {
    if (typeof body?.body !== 'string' || body.body.trim() === '') {
        throw invalid('IssueComment', 'body', 'body cannot be blank');
    }
    if (characters(body.body) > COMMENT_LIMIT) {
        throw invalid('IssueComment', 'body', `body is too long (maximum is ${COMMENT_LIMIT} characters)`);
    }
    return body.body;
}

function findComment({ api, match }) {
    const comment = [...api.issues.values()].flatMap(issue => issue.comments).find(c => c.id === Number(match[2]));
    if (!comment) {
        throw new Refusal(404, 'Not Found');
    }
    return comment;
}

const COMMENTERS = ['pull-requests', 'issues'];

function checkRun(call, run) {
    const { api, login, body } = call;
    api.require(login, ['checks'], 'write');
    const output = body.output ?? {};
    if ((output.summary ?? '').length > CHECK_SUMMARY_LIMIT || (output.text ?? '').length > CHECK_SUMMARY_LIMIT) {
        throw invalid('CheckRun', 'summary', `Only ${CHECK_SUMMARY_LIMIT} characters are allowed`);
    }
    if ((output.annotations ?? []).length > CHECK_ANNOTATIONS_LIMIT) {
        throw invalid('CheckRun', 'annotations', `No more than ${CHECK_ANNOTATIONS_LIMIT} items are allowed`);
    }
    const annotations = [...(run.output?.annotations ?? []), ...(output.annotations ?? [])];
    const concluded = body.conclusion ? { status: 'completed' } : {};
    Object.assign(run, body, concluded, body.output ? { output: { ...run.output, ...output, annotations } } : {});
}

function createCheckRun(call) {
    if (typeof call.body?.name !== 'string' || !/^[0-9a-f]{40}$/.test(call.body?.head_sha ?? '')) {
        throw invalid('CheckRun', 'head_sha', 'name and head_sha are required');
    }
    const run = { id: call.api.nextId(), status: 'queued' };
    checkRun(call, run);
    call.api.checkRuns.push({ ...run, html_url: `${call.api.serverUrl}/${call.match[1]}/runs/${run.id}` });
    return { status: 201, body: call.api.checkRuns.at(-1) };
}

function updateCheckRun(call) {
    const run = call.api.checkRuns.find(r => r.id === Number(call.match[2]));
    if (!run) {
        throw new Refusal(404, 'Not Found');
    }
    checkRun(call, run);
    return { body: run };
}

function listPulls(call) {
    const { api, login, query } = call;
    api.require(login, COMMENTERS.concat('contents'), 'read');
    const state = query.get('state') ?? 'open';
    const head = query.get('head');
    const base = query.get('base');
    return page(api.pulls.filter(p => (state === 'all' || p.state === state) && (!head || p.head.label === head) &&
        (!base || p.base.ref === base)), call);
}

function describe(api, artifact) {
    const base = `${api.url}/repos/${api.repository.full_name}/actions/artifacts/${artifact.id}`;
    return { id: artifact.id, name: artifact.name, size_in_bytes: artifact.data.length, url: base, archive_download_url: `${base}/zip`,
        expired: artifact.expired, digest: `sha256:${artifact.digest}`, created_at: artifact.created.toISOString(),
        workflow_run: { repository_id: api.repository.id, head_repository_id: api.repository.id, ...artifact.run } };
}

function listArtifacts(call, predicate = () => true) {
    const { api, login, query } = call;
    api.require(login, ['actions'], 'read');
    const name = query.get('name');
    return page(api.artifacts.list(a => (!name || a.name === name) && predicate(a)).map(a => describe(api, a)), call, 'artifacts');
}

function artifact({ api, login, match }) {
    api.require(login, ['actions'], 'read');
    const found = api.artifacts.get(match[2]);
    if (!found) {
        throw new Refusal(404, 'Not Found');
    }
    return found;
}

function downloadArtifact(call) {
    const found = artifact(call);
    if (found.expired) {
        throw new Refusal(410, 'Artifact has expired');
    }
    return { status: 302, headers: { location: `${call.api.blobUrl}/artifact/${found.id}` } };
}

function workflowRun({ api, login, match }) {
    api.require(login, ['actions'], 'read');
    if (!api.runs.has(Number(match[2]))) {
        throw new Refusal(404, 'Not Found');
    }
    return { body: api.runs.get(Number(match[2])) };
}

const found = thing => {
    if (!thing) {
        throw new Refusal(404, 'Not Found');
    }
    return { body: thing };
};

const readable = handler => call => {
    call.api.require(call.login, COMMENTERS, 'read');
    return handler(call);
};
const writable = handler => call => {
    call.api.require(call.login, COMMENTERS, 'write');
    return handler(call);
};

export const routes = [
    ['GET', at(''), ({ api }) => ({ body: api.repository })],
    ['GET', at('/issues/(\\d+)/comments'), readable(call => page(call.api.issue(Number(call.match[2])).comments, call))],
    ['POST', at('/issues/(\\d+)/comments'), writable(call => ({ status: 201,
        body: call.api.addComment(Number(call.match[2]), commentBody(call.body), call.login.login) }))],
    ['GET', at('/issues/comments/(\\d+)'), readable(call => ({ body: findComment(call) }))],
    ['PATCH', at('/issues/comments/(\\d+)'), writable(call => ({ body: Object.assign(findComment(call), { body: commentBody(call.body) }) }))],
    ['DELETE', at('/issues/comments/(\\d+)'), writable(call => {
        const comment = findComment(call);
        const issue = call.api.issue(comment.issue);
        issue.comments = issue.comments.filter(c => c !== comment);
        return { status: 204 };
    })],
    ['GET', at('/issues/(\\d+)/labels'), readable(call => page(call.api.issue(Number(call.match[2])).labels.map(name => ({ name })), call))],
    ['GET', at('/issues/(\\d+)/timeline'), readable(call => page(call.api.issue(Number(call.match[2])).timeline, call))],
    ['GET', at('/issues/(\\d+)/events'), readable(call => page(call.api.issue(Number(call.match[2])).timeline, call))],
    ['GET', at('/pulls'), listPulls],
    ['GET', at('/pulls/(\\d+)'), readable(({ api, match }) => found(api.pulls.find(p => p.number === Number(match[2]))))],
    // commits of forks are not found through this one
    ['GET', at('/commits/([0-9a-f]{40})/pulls'), readable(call => page(call.api.pulls.filter(p => p.head.sha === call.match[2] &&
        !p.head.repo.fork), call))],
    ['POST', at('/check-runs'), createCheckRun],
    ['PATCH', at('/check-runs/(\\d+)'), updateCheckRun],
    ['GET', at('/actions/artifacts'), call => listArtifacts(call)],
    ['GET', at('/actions/artifacts/(\\d+)'), call => ({ body: describe(call.api, artifact(call)) })],
    ['GET', at('/actions/artifacts/(\\d+)/zip'), downloadArtifact],
    ['GET', at('/actions/runs/(\\d+)'), workflowRun],
    ['GET', at('/actions/runs/(\\d+)/artifacts'), call => listArtifacts(call, a => a.run.id === Number(call.match[2]))],
    ['POST', /^\/graphql$/, ({ login, body }) => {
        if (!/\bviewer\s*\{[^}]*\blogin\b/.test(body?.query ?? '')) {
            return { body: { errors: [{ message: 'the mock answers viewer { login } only' }] } };
        }
        return { body: { data: { viewer: { login: login.login } } } };
    }],
];
