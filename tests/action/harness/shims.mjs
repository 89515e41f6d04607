// What stands for the nested actions: owner/name → async (call). A call has inputs, env, workspace, world ({ cache, artifacts }),
// job, log(line), setOutput(name, value), annotate(level, message); throwing fails the step.
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { cacheVersion, checkKeys, packPaths, unpackPaths } from './cache_store.mjs';
import { makeZip, readZip } from './zip.mjs';

const lines = text => (text ?? '').split('\n').map(line => line.trim()).filter(Boolean);
const need = (call, what) => {
    if (!call.world?.[what]) {
        throw new Error(`this scenario has no world.${what}`);
    }
    return call.world[what];
};

// Own branch first, then the base of a pull request, then the default branch.
function cacheScopes({ github }) {
    const branch = name => (name ? [`refs/heads/${name}`] : []);
    return [github.ref, ...branch(github.base_ref), ...branch(github.event?.repository?.default_branch ?? 'main')];
}

// what of the four modes of the cache a call is allowed
const cacheMode = call => call.job.options.cacheMode ?? 'write';
const compressor = call => call.job.options.cacheCompressor;

async function cacheRestore(call) {
    const store = need(call, 'cache');
    const { key } = call.inputs;
    const paths = lines(call.inputs.path);
    const keys = [key, ...lines(call.inputs['restore-keys'])];
    if (!key || paths.length === 0) {
        throw new Error('Input required and not supplied: key, path');
    }
    checkKeys(keys);
    call.setOutput('cache-primary-key', key);
    const readable = ['read', 'write'].includes(cacheMode(call));
    const entry = readable && store.find(cacheScopes(call.job), keys, cacheVersion(paths, compressor(call)));
    if (!entry) {
        if (call.inputs['fail-on-cache-miss'] === 'true') {
            throw new Error(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${key}`);
        }
        call.log(`Cache not found for input keys: ${keys.join(', ')}`);
        return;
    }
    if (call.inputs['lookup-only'] !== 'true') {
        unpackPaths(call.workspace, entry.data);
    }
    call.setOutput('cache-matched-key', entry.key);
    call.setOutput('cache-hit', String(entry.key.localeCompare(key, undefined, { sensitivity: 'accent' }) === 0));
    call.log(`Cache restored from key: ${entry.key}`);
}

async function cacheSave(call) {
    const store = need(call, 'cache');
    const { key } = call.inputs;
    const paths = lines(call.inputs.path);
    checkKeys([key]);
    if (!['write', 'write-only'].includes(cacheMode(call))) {
        call.log('Cache is read-only here, nothing is saved.');
        return;
    }
    const there = paths.filter(path => existsSync(resolve(call.workspace, path)));
    if (there.length === 0) {
        call.annotate('warning', 'Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.');
        return;
    }
    const data = packPaths(call.workspace, there.map(path => relative(call.workspace, resolve(call.workspace, path)) || '.'));
    if (!store.save(call.job.github.ref, key, cacheVersion(paths, compressor(call)), data)) {
        call.annotate('warning', `Failed to save: Unable to reserve cache with key ${key}, another job may be creating this cache.`);
        return;
    }
    call.log(`Cache saved with key: ${key}`);
}

// The files below PATH (a file, a folder, or a pattern with *), each with the name it has in the archive.
function collect(workspace, patterns, hidden) {
    const expand = spawnSync('bash', ['-O', 'globstar', '-O', 'nullglob', '-c', 'IFS=$\'\\n\'; printf "%s\\0" $1', '-', patterns.join('\n')],
        { cwd: workspace, encoding: 'utf8' });
    const roots = expand.stdout.split('\0').filter(Boolean).map(p => resolve(workspace, p)).filter(existsSync);
    const files = new Set();
    const walk = path => {
        if (statSync(path).isDirectory()) {
            readdirSync(path).filter(name => hidden || !name.startsWith('.')).forEach(name => walk(join(path, name)));
        } else if (hidden || !basename(path).startsWith('.')) {
            files.add(path);
        }
    };
    roots.forEach(walk);
    const folders = roots.map(root => (statSync(root).isDirectory() ? root : dirname(root)));
    const root = folders.length === 0 ? workspace : folders.reduce((common, folder) => {
        while (folder !== common && !folder.startsWith(`${common}/`)) {
            common = dirname(common);
        }
        return common;
    });
    return [...files].sort().map(file => ({ file, name: relative(root, file) }));
}

async function uploadArtifact(call) {
    const store = need(call, 'artifacts');
    const { github } = call.job;
    const archived = call.inputs.archive !== 'false';
    const files = collect(call.workspace, lines(call.inputs.path), call.inputs['include-hidden-files'] === 'true');
    const days = Number(call.inputs['retention-days'] || 0);
    if (!Number.isInteger(days) || days < 0 || days > 90) {
        throw new Error(`Invalid retention-days: ${call.inputs['retention-days']}`);
    }
    if (files.length === 0) {
        const message = `No files were found with the provided path: ${call.inputs.path}. No artifacts will be uploaded.`;
        if (call.inputs['if-no-files-found'] === 'error') {
            throw new Error(message);
        }
        if (call.inputs['if-no-files-found'] !== 'ignore') {
            call.annotate('warning', message);
        }
        return;
    }
    if (!archived && files.length !== 1) {
        throw new Error(`archive: false needs exactly one file, there are ${files.length}`);
    }
    const name = archived ? call.inputs.name || 'artifact' : basename(files[0].file);
    if (/["<>|*?\r\n:\\/]/.test(name)) {
        throw new Error(`The artifact name is not valid: ${name}. Contains one of the characters " : < > | * ? CR LF \\ /`);
    }
    const data = archived ? makeZip(files.map(({ file, name: inside }) =>
        ({ name: inside, data: readFileSync(file), mode: lstatSync(file).mode }))) : readFileSync(files[0].file);
    const artifact = store.upload({
        run: { id: Number(github.run_id), attempt: Number(github.run_attempt), head_sha: github.event?.pull_request?.head?.sha ?? github.sha,
            head_branch: github.head_ref || github.ref_name, event: github.event_name },
        name, data, archived, overwrite: call.inputs.overwrite === 'true', retentionDays: days || 90,
    });
    call.setOutput('artifact-id', artifact.id);
    call.setOutput('artifact-digest', artifact.digest);
    call.setOutput('artifact-url', `${github.server_url}/${github.repository}/actions/runs/${github.run_id}/artifacts/${artifact.id}`);
    call.log(`Artifact ${name} has been successfully uploaded! Final size is ${data.length} bytes. Artifact ID is ${artifact.id}`);
}

function unpack(folder, artifact, raw) {
    mkdirSync(folder, { recursive: true });
    if (raw || !artifact.archived) {
        writeFileSync(join(folder, artifact.archived ? `${artifact.name}.zip` : artifact.name), artifact.data);
        return;
    }
    for (const { name, data } of readZip(artifact.data)) {
        const target = resolve(folder, name);
        if (!target.startsWith(`${resolve(folder)}/`)) {
            throw new Error(`Malformed archive: ${name} lies outside of the folder`);
        }
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, data);
    }
}

async function downloadArtifact(call) {
    const store = need(call, 'artifacts');
    const { inputs } = call;
    const run = Number(inputs['run-id'] || call.job.github.run_id);
    const ids = (inputs['artifact-ids'] ?? '').split(',').map(id => Number(id.trim())).filter(Boolean);
    const pattern = inputs.pattern && new RegExp(`^${inputs.pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`);
    if (inputs['run-id'] && run !== Number(call.job.github.run_id) && !inputs['github-token']) {
        throw new Error('to download from another run, github-token is needed');
    }
    const chosen = store.list(a => a.run.id === run && !a.expired && (ids.length > 0 ? ids.includes(a.id) :
        inputs.name ? a.name === inputs.name : pattern ? pattern.test(a.name) : true));
    if ((inputs.name || ids.length > 0) && chosen.length < Math.max(1, ids.length)) {
        throw new Error(`Unable to download artifact(s): Artifact not found for name: ${inputs.name || ids.join(',')}`);
    }
    const folder = resolve(call.workspace, inputs.path || '.');
    for (const artifact of chosen) {
        if (createHash('sha256').update(artifact.data).digest('hex') !== artifact.digest) {
            const message = `Artifact ${artifact.name}: the digest does not match`;
            if ((inputs['digest-mismatch'] || 'error') === 'error') {
                throw new Error(message);
            }
            call.annotate('warning', message);
        }
        const flat = Boolean(inputs.name) || ids.length === 1 || inputs['merge-multiple'] === 'true';
        unpack(flat ? folder : join(folder, artifact.name), artifact, inputs['skip-decompress'] === 'true');
        call.log(`Artifact ${artifact.name} (${artifact.id}) was downloaded to ${folder}`);
    }
    call.setOutput('download-path', folder);
}

// Clones world.repo.origin as actions/checkout does: one commit deep unless asked, detached or on the branch.
async function checkout(call) {
    const origin = need(call, 'repo').origin;
    const { github } = call.job;
    const ref = call.inputs.ref || github.ref;
    const depth = call.inputs['fetch-depth'] ?? '1';
    const folder = resolve(call.workspace, call.inputs.path || '.');
    mkdirSync(folder, { recursive: true });
    const git = (...args) => {
        const done = spawnSync('git', args, { cwd: folder, encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' } });
        if (done.status !== 0) {
            throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
        }
        return done.stdout.trim();
    };
    git('init', '-q', '-b', 'main');
    git('remote', 'add', 'origin', `file://${origin}`);
    const wanted = call.inputs.ref || !/^0*$/.test(github.sha) && github.sha || ref;
    git('fetch', '-q', '--no-tags', ...(depth === '0' ? [] : [`--depth=${depth}`]), 'origin', `+${wanted}:refs/remotes/harness/head`);
    git('checkout', '-q', '--detach', 'refs/remotes/harness/head');
    call.setOutput('commit', git('rev-parse', 'HEAD'));
    call.setOutput('ref', ref);
}

export const SHIMS = {
    'actions/cache/restore': cacheRestore,
    'actions/cache/save': cacheSave,
    'actions/upload-artifact': uploadArtifact,
    'actions/download-artifact': downloadArtifact,
    'actions/checkout': checkout,
};
