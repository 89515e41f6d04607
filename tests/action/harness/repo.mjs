// The demo repository, made in one go by git fast-import: main with a history, and for every branch a pull request with head
// and merge commit, as GitHub keeps them.
import { mkdtempSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { BRANCHES, demoFiles } from './demo_files.mjs';

const QUIET = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null', GIT_TERMINAL_PROMPT: '0' };

// runs git, gives what it printed; throws with what it said
export function git(cwd, args, input) {
    const done = spawnSync('git', args, { cwd, input, encoding: 'utf8', env: QUIET, maxBuffer: 1 << 28 });
    if (done.status !== 0) {
        throw new Error(`git ${args.join(' ')} in ${cwd}: ${done.stderr}`);
    }
    return done.stdout.trim();
}

// One commit for fast-import. PARENTS: marks or SHAs, the first one is `from`.
function commit({ ref, mark, message, files, parents = [], at }) {
    const data = text => `data ${Buffer.byteLength(text)}\n${text}\n`;
    const who = `Demo <demo@example.com> ${at} +0000`;
    const [from, ...merged] = parents;
    return [
        `reset ${ref}\n`, `commit ${ref}\n`, `mark :${mark}\n`, `author ${who}\ncommitter ${who}\n`, data(message),
        from ? `from ${from}\n` : '', ...merged.map(parent => `merge ${parent}\n`), 'deleteall\n',
        ...Object.entries(files).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`), '\n',
    ].join('');
}

export class DemoRepo {
    fullName = 'octo/demo';
    id = 1296269;
    pulls = {};    // branch → { number, branch, owner, sha, merge, base }
    shas = {};     // main, main1, main2, unbuildable
    #mark = 0;
    #time = 1767225600;

    constructor(root, api) {
        this.root = root;
        this.origin = join(root, 'origin.git');
        this.api = api;
        git(root, ['init', '-q', '--bare', '-b', 'main', this.origin]);
        for (const [key, value] of [['uploadpack.allowFilter', 'true'], ['uploadpack.allowAnySHA1InWant', 'true'],
            ['receive.denyNonFastForwards', 'false'], ['gc.auto', '0']]) {
            git(this.origin, ['config', key, value]);
        }
    }

    // COMMITS: [{ ref, name, files, parents: [names or SHAs], message }] → SHAs by name
    import(commits) {
        const marks = Object.fromEntries(commits.map(c => [c.name, ++this.#mark]));
        const parent = p => (marks[p] ? `:${marks[p]}` : p);
        const stream = commits.map(c => commit({ ...c, mark: marks[c.name], parents: (c.parents ?? []).map(parent),
            message: c.message ?? c.name, at: (this.#time += 60) })).join('');
        const file = join(this.root, `marks-${this.#mark}`);
        git(this.origin, ['fast-import', '--quiet', '--force', `--export-marks=${file}`], stream);
        const byMark = Object.fromEntries(readFileSync(file, 'utf8').split('\n').filter(Boolean).map(line => line.slice(1).split(' ')));
        return Object.fromEntries(commits.map(c => [c.name, byMark[marks[c.name]]]));
    }

    // A pull request of BRANCH on what `base` is now; its files come from demoFiles(change). Known to the mock API.
    addPull(branch, change, number = Object.keys(this.pulls).length + 1) {
        const base = change.onto ?? 'main';
        const files = demoFiles(change);
        const shas = this.import([
            { ref: `refs/pull/${number}/head`, name: 'head', files, parents: [this.shas[base]], message: branch },
            { ref: `refs/pull/${number}/merge`, name: 'merge', files, parents: [this.shas[base], 'head'], message: `Merge ${branch}` },
        ]);
        const owner = change.fork ? 'contributor' : 'octo';
        this.pulls[branch] = { number, branch, owner, sha: shas.head, merge: shas.merge, base };
        this.api?.addPull({ number, sha: shas.head, branch, owner, base, baseSha: this.shas[base] });
        return this.pulls[branch];
    }

    // main goes on by one commit; its SHA
    pushMain(change = {}, message = 'main goes on') {
        this.shas.main = this.import([{ ref: 'refs/heads/main', name: 'main', files: demoFiles(change), parents: [this.shas.main], message }]).main;
        return this.shas.main;
    }

    // A checkout of COMMIT (a SHA or a ref) as actions/checkout leaves it: detached, DEPTH commits (0: all); its folder.
    checkout(commit, { depth = 1 } = {}) {
        const folder = join(mkdtempSync(join(this.root, 'checkout-')), 'demo');
        mkdirSync(folder);
        git(folder, ['init', '-q', '-b', 'main']);
        git(folder, ['remote', 'add', 'origin', `file://${this.origin}`]);
        git(folder, ['fetch', '-q', '--no-tags', ...(depth > 0 ? [`--depth=${depth}`] : []), 'origin', commit]);
        git(folder, ['checkout', '-q', '--detach', 'FETCH_HEAD']);
        return folder;
    }
}

// ROOT gets origin.git; API (may be missing) learns of the pull requests.
export function makeRepo(root, api) {
    const repo = new DemoRepo(root, api);
    const broken = { files: { 'bench.c': '#error main does not build here\n' } };
    repo.shas = repo.import([
        { ref: 'refs/heads/main', name: 'main1', files: demoFiles({ files: { 'README.md': '# first\n' } }) },
        { ref: 'refs/heads/main', name: 'main2', files: demoFiles({ files: { 'README.md': '# second\n' } }), parents: ['main1'] },
        { ref: 'refs/heads/main', name: 'main', files: demoFiles(), parents: ['main2'] },
        { ref: 'refs/heads/unbuildable', name: 'unbuildable', files: demoFiles(broken), parents: ['main2'] },
    ]);
    Object.entries(BRANCHES).forEach(([branch, change]) => repo.addPull(branch, change));
    return repo;
}
