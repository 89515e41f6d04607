// A GitHub API on this machine: comments, labels, timelines, pull requests, check runs, artifacts, one GraphQL question.
// It has GitHub's limits and scopes, fails on request, and keeps a log of what it was asked.
import { createServer } from 'node:http';
import { routes } from './api_routes.mjs';

export const COMMENT_LIMIT = 65536;
export const CHECK_SUMMARY_LIMIT = 65535;
export const CHECK_ANNOTATIONS_LIMIT = 50;
export const BOT = 'github-actions[bot]';

const listen = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));

export class Refusal extends Error {
    constructor(status, message, errors) {
        super(message);
        this.status = status;
        this.errors = errors;
    }
}

// Characters as GitHub counts them: code points, not bytes.
export const characters = text => [...text].length;

export class MockApi {
    log = [];           // { method, path, query, login, body, status }
    issues = new Map(); // number → { comments: [{ id, body, user: { login } … }], labels: [names], timeline: [] }
    pulls = [];         // as GitHub sends them; see addPull
    checkRuns = [];
    runs = new Map();   // id → workflow run
    tokens = new Map(); // token → { login, permissions: { 'pull-requests': 'write' … } }
    repository = { id: 1296269, full_name: 'octo/demo', default_branch: 'main', private: false };
    faults = [];
    #ids = 900000;

    constructor({ artifacts } = {}) {
        this.artifacts = artifacts;
    }

    static async start(options) {
        const api = new MockApi(options);
        api.server = createServer((request, response) => api.#answer(request, response));
        api.blobs = createServer((request, response) => api.#blob(request, response));
        api.url = `http://127.0.0.1:${await listen(api.server)}`;
        api.serverUrl = 'https://github.com';
        api.blobUrl = `http://127.0.0.1:${await listen(api.blobs)}`;
        return api;
    }

    async close() {
        for (const server of [this.server, this.blobs]) {
            server.closeAllConnections();
            await new Promise(done => server.close(done));
        }
    }

    nextId() {
        return ++this.#ids;
    }

    issue(number) {
        if (!this.issues.has(number)) {
            this.issues.set(number, { comments: [], labels: [], timeline: [] });
        }
        return this.issues.get(number);
    }

    // a token and what it may: addToken('token-of-the-job', { 'pull-requests': 'write', contents: 'read' })
    addToken(token, permissions, login = BOT) {
        if (token.length < 6) {
            throw new Error(`the token '${token}' is so short that masking it would spoil the logs`);
        }
        this.tokens.set(token, { login, permissions });
        return token;
    }

    addComment(number, body, login = BOT) {
        const comment = { id: this.nextId(), body, user: { login, type: login.endsWith('[bot]') ? 'Bot' : 'User' },
            html_url: `${this.serverUrl}/${this.repository.full_name}/pull/${number}#issuecomment-${this.#ids}`,
            created_at: new Date(Date.UTC(2026, 0, 1) + this.#ids * 1000).toISOString(), issue: number };
        this.issue(number).comments.push(comment);
        return comment;
    }

    addLabel(number, name, actor = 'maintainer') {
        this.issue(number).labels.push(name);
        this.issue(number).timeline.push({ id: this.nextId(), event: 'labeled', label: { name }, actor: { login: actor },
            created_at: '2026-01-02T03:04:05Z' });
    }

    addPull({ number, sha, branch, owner = 'octo', base = 'main', state = 'open', baseSha }) {
        const pull = { number, state, title: branch, labels: [], html_url: `${this.serverUrl}/${this.repository.full_name}/pull/${number}`,
            head: { ref: branch, sha, label: `${owner}:${branch}`, user: { login: owner },
                repo: { full_name: `${owner}/demo`, id: owner === 'octo' ? this.repository.id : 777, owner: { login: owner }, fork: owner !== 'octo' } },
            base: { ref: base, sha: baseSha ?? '', repo: this.repository } };
        this.pulls.push(pull);
        return pull;
    }

    // The next TIMES requests that match fail: { method, path: RegExp, status, times, headers, body }; status 0 cuts the line.
    inject(fault) {
        this.faults.push({ times: 1, headers: {}, ...fault });
    }

    // throws what a token that may not do this gets; `any` of several permissions is enough
    require(login, any, level) {
        const enough = any.some(name => login.permissions[name] === 'write' || (level === 'read' && login.permissions[name] === 'read'));
        if (!enough) {
            throw new Refusal(403, 'Resource not accessible by integration');
        }
    }

    #login(request) {
        const token = /^(?:bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
        const login = this.tokens.get(token);
        if (!login) {
            throw new Refusal(401, token ? 'Bad credentials' : 'Requires authentication');
        }
        return login;
    }

    async #answer(request, response) {
        const url = new URL(request.url, this.url);
        const entry = { method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers };
        this.log.push(entry);
        const send = (status, body, headers = {}) => {
            entry.status = status;
            const text = body === undefined ? '' : JSON.stringify(body);
            response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
            response.end(text);
        };
        try {
            const chunks = [];
            for await (const chunk of request) {
                chunks.push(chunk);
            }
            const text = Buffer.concat(chunks).toString('utf8');
            const fault = this.faults.find(f => f.times > 0 && (!f.method || f.method === request.method) &&
                (!f.path || f.path.test(url.pathname)));
            if (fault) {
                fault.times--;
                entry.injected = true;
                entry.status = fault.status;
                return fault.status === 0 ? request.socket.destroy() :
                    send(fault.status, fault.body ?? { message: 'Server Error' }, fault.headers);
            }
            entry.body = text === '' ? undefined : this.#parse(text);
            const login = this.#login(request);
            entry.login = login.login;
            const found = routes.map(([method, pattern, handler]) =>
                [handler, method === request.method && pattern.exec(url.pathname)]).find(([, match]) => match);
            if (!found) {
                entry.unknown = true;
                throw new Refusal(404, 'Not Found');
            }
            const [handler, match] = found;
            const answer = handler({ api: this, login, match, query: url.searchParams, body: entry.body, url });
            send(answer.status ?? 200, answer.body, answer.headers);
        } catch (error) {
            if (!(error instanceof Refusal)) {
                entry.crash = error.stack;
            }
            send(error.status ?? 500, { message: error.message, errors: error.errors, documentation_url: 'https://docs.github.com/rest' });
        }
    }

    #parse(text) {
        try {
            return JSON.parse(text);
        } catch {
            throw new Refusal(400, 'Problems parsing JSON');
        }
    }

    // The store behind the redirect of a download: it refuses a request that carries credentials for the API.
    #blob(request, response) {
        const artifact = this.artifacts?.get(/^\/artifact\/(\d+)$/.exec(request.url)?.[1]);
        this.log.push({ method: request.method, path: request.url, blob: true, headers: request.headers });
        if (request.headers.authorization) {
            response.writeHead(403).end('AuthenticationFailed');
        } else if (!artifact) {
            response.writeHead(404).end();
        } else {
            response.writeHead(200, { 'content-type': artifact.archived ? 'application/zip' : 'application/octet-stream',
                'content-length': artifact.data.length }).end(artifact.data);
        }
    }
}
