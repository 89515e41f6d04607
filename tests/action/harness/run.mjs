// Runs a composite action as the runner documents it: inputs, contexts, conditions, environment files, workflow commands,
// shims in the place of nested actions, outputs at the end always.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { spawnSync } from 'node:child_process';
import { parse } from 'yaml';
import { Annotations, mask, parseKeyValues, readOutput, SUMMARY_LIMIT } from './commands.mjs';
import { condition, interpolate } from './expressions.mjs';
import { githubContext, stepEnvironment } from './contexts.mjs';
import { runScript } from './process.mjs';
import { SHIMS } from './shims.mjs';
import { makeToolbox } from './toolbox.mjs';

const PINNED = /^([\w.-]+\/[\w.-]+(?:\/[\w./-]+)?)@([0-9a-f]{40})$/;
const roots = [];
process.on('exit', () => roots.forEach(root => rmSync(root, { recursive: true, force: true })));

// sha256 over the sha256 of each matching file, '' when none matches
function hashFiles(workspace, ...patterns) {
    const list = spawnSync('bash', ['-O', 'globstar', '-O', 'nullglob', '-c', 'IFS=; printf "%s\\0" $1', '-', patterns.join(' ')],
        { cwd: workspace, encoding: 'utf8' }).stdout.split('\0').filter(Boolean).sort();
    if (list.length === 0) {
        return '';
    }
    const whole = createHash('sha256');
    list.forEach(file => whole.update(createHash('sha256').update(readFileSync(resolve(workspace, file))).digest()));
    return whole.digest('hex');
}

// One job: what lives longer than an action in it. OPTIONS are those of runAction.
export class Job {
    annotations = new Annotations();
    masks = new Set();
    env = {};               // set through GITHUB_ENV
    path = [];              // set through GITHUB_PATH, newest first
    faults = [];            // what makes a test fail whatever the step says: a use of an action that is unknown or unpinned
    stubCalls = () => [];

    constructor(options) {
        this.root = mkdtempSync(join(tmpdir(), 'perfgate-job-'));
        roots.push(this.root);
        this.temp = join(this.root, 'temp');
        this.home = join(this.root, 'home');
        this.workspace = options.workspace ?? join(this.root, 'workspace');
        [this.temp, this.home, this.workspace, join(this.root, 'tools')].forEach(dir => mkdirSync(dir, { recursive: true }));
        this.options = options;
        this.eventPath = join(this.root, 'event.json');
        writeFileSync(this.eventPath, JSON.stringify(options.github?.event ?? {}));
        this.github = githubContext(options.github ?? {}, this);
        this.runner = {
            os: 'Linux', arch: 'X64', name: 'harness', temp: this.temp, tool_cache: join(this.root, 'tools'),
            environment: 'github-hosted', debug: '', ...options.runner,
        };
        const { path, calls } = makeToolbox(join(this.root, 'toolbox'), options.tools ?? {});
        this.basePath = path;
        this.stubCalls = calls;
        if (this.github.token) {
            this.masks.add(this.github.token);
        }
    }
}

function functions(state, job) {
    return {
        success: () => state.status === 'success', failure: () => state.status === 'failure',
        always: () => true, cancelled: () => state.status === 'cancelled',
        hashFiles: (...patterns) => hashFiles(job.workspace, ...patterns),
    };
}

function contextsOf(state, job, env) {
    const { needs = {}, secrets = {}, vars = {} } = job.options;
    return {
        // a composite sees none of these
        ...(state.composite ? {} : { needs, vars, secrets: { GITHUB_TOKEN: job.github.token, ...secrets } }),
        github: { ...job.github, ...state.github }, inputs: state.inputs, steps: state.steps, runner: job.runner, env,
        job: { status: state.status }, strategy: job.options.strategy ?? { 'job-index': 0, 'job-total': 1 },
        matrix: job.options.matrix ?? {},
    };
}

const interpolateAll = (map, contexts, fns) => Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) =>
    [key, interpolate(value, contexts, fns)]));

// The five environment files of a step: made before it, read after it.
function commandFiles(job) {
    const folder = join(job.temp, '_runner_file_commands');
    mkdirSync(folder, { recursive: true });
    const files = Object.fromEntries(['OUTPUT', 'ENV', 'PATH', 'STATE', 'STEP_SUMMARY'].map(name =>
        [`GITHUB_${name}`, join(folder, `${name.toLowerCase()}_${randomUUID()}`)]));
    Object.values(files).forEach(file => writeFileSync(file, ''));
    return files;
}

function readCommandFiles(files, step, job, report) {
    const read = name => (existsSync(files[name]) ? readFileSync(files[name], 'utf8') : '');
    const guarded = (name, body) => {
        try {
            body(read(name));
        } catch (error) {
            report.fail(`Unable to process file command '${name.slice(7).toLowerCase()}' successfully.`);
            report.fail(error.message);
        }
    };
    guarded('GITHUB_OUTPUT', text => parseKeyValues(text).forEach(([name, value]) => report.setOutput(name, value)));
    guarded('GITHUB_ENV', text => parseKeyValues(text).forEach(([name, value]) => {
        if (name.toUpperCase() === 'NODE_OPTIONS') {
            throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
        }
        job.env[name] = value;
    }));
    guarded('GITHUB_STATE', text => parseKeyValues(text).forEach(([name, value]) => { step.state[name] = value; }));
    for (const line of read('GITHUB_PATH').split(/\r?\n/).filter(Boolean)) {
        job.path = [line, ...job.path.filter(p => p !== line)];
    }
    const summary = existsSync(files.GITHUB_STEP_SUMMARY) ? readFileSync(files.GITHUB_STEP_SUMMARY) : Buffer.alloc(0);
    if (summary.length > SUMMARY_LIMIT) {
        job.annotations.add('error', `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ` +
            `${SUMMARY_LIMIT / 1024}k, got ${Math.ceil(summary.length / 1024)}k.`);
    } else {
        step.summary = mask(summary.toString(), job.masks);
    }
}

async function runRunStep(definition, step, job, { contexts, fns, env, report, state }) {
    if (definition.shell === undefined && state.composite) {
        throw new Error(`step ${step.name}: 'shell' is required in a composite action`);
    }
    const files = commandFiles(job);
    const shell = interpolate(definition.shell ?? 'bash -e {0}', contexts, fns);
    const script = join(job.temp, `${randomUUID()}.sh`);
    writeFileSync(script, `${interpolate(definition.run, contexts, fns)}\n`);
    const cwd = resolve(job.workspace, interpolate(definition['working-directory'] ?? '', contexts, fns));
    const stepEnv = stepEnvironment(job, { ...env }, { ...files, ...state.runtime });
    const result = await runScript({ shell, script, cwd, env: stepEnv, root: job.root, timeout: job.options.stepTimeout });
    step.exitCode = result.code;
    step.rawLog = result.output;
    step.env = stepEnv;
    step.log = readOutput(result.output, report);
    readCommandFiles(files, step, job, report);
    if (result.code !== 0) {
        report.fail(result.timedOut ? 'the harness stopped the step: it took too long' :
            `Process completed with exit code ${result.code}.`);
    }
}

async function runUsesStep(definition, step, job, { contexts, fns, env, report, state }) {
    const pin = PINNED.exec(definition.uses);
    const name = pin?.[1] ?? definition.uses.replace(/@.*/, '');
    const shim = { ...SHIMS, ...job.options.shims }[name];
    if (!pin && !(name.startsWith('./') && shim)) {
        job.faults.push(`step ${step.name}: ${definition.uses} is not pinned to a commit`);
    }
    if (!shim) {
        job.faults.push(`step ${step.name}: nothing stands for the action ${name}`);
        report.fail(`no shim for ${name}`);
        return;
    }
    step.with = interpolateAll(definition.with, contexts, fns);
    const lines = [];
    const call = {
        inputs: step.with, env: { ...env }, job, state, workspace: job.workspace, log: line => lines.push(line),
        setOutput: report.setOutput, fail: report.fail, world: job.options.world,
        annotate: (level, message) => job.annotations.add(level, message),
    };
    try {
        await shim(call);
    } catch (error) {
        report.fail(error.message);
    }
    step.log = mask(lines.join('\n'), job.masks);
}

async function runStep(definition, index, state, job) {
    const step = { id: definition.id ?? '', name: definition.name ?? definition.id ?? definition.uses ?? `step ${index + 1}`,
        index, outputs: {}, state: {}, outcome: 'success', conclusion: 'success', log: '', rawLog: '', summary: '', errors: [] };
    const fns = functions(state, job);
    const report = {
        annotations: job.annotations, masks: job.masks,
        setOutput: (name, value) => { step.outputs[name] = String(value); },
        fail: message => {
            step.outcome = 'failure';
            step.errors.push(message);
            job.annotations.add('error', mask(message, job.masks));
        },
    };
    const baseEnv = { ...state.env, ...job.env };
    let contexts = contextsOf(state, job, baseEnv);
    let keepGoing = false;
    try {
        const env = { ...baseEnv, ...interpolateAll(definition.env, contexts, fns) };
        contexts = contextsOf(state, job, env);
        if (!condition(definition.if, contexts, fns)) {
            step.outcome = step.conclusion = 'skipped';
        } else {
            const parts = { contexts, fns, env, report, state };
            const execute = definition.uses !== undefined ? runUsesStep : runRunStep;
            await execute(definition, step, job, parts);
            keepGoing = interpolate(definition['continue-on-error'] ?? 'false', contexts, fns) === 'true';
        }
    } catch (error) {
        job.faults.push(`step ${step.name}: ${error.message}`);
        report.fail(error.message);
    }
    if (step.outcome !== 'skipped') {
        step.conclusion = step.outcome === 'failure' && keepGoing ? 'success' : step.outcome;
    }
    if (step.conclusion === 'failure') {
        state.status = 'failure';
    }
    if (step.id) {
        state.steps[step.id] = { outputs: step.outputs, outcome: step.outcome, conclusion: step.conclusion };
    }
    state.done.push(step);
    return step;
}

// the `steps:` of an action or of a job, one after the other
export async function runSteps(definitions, state, job) {
    for (const [index, definition] of definitions.entries()) {
        await runStep(definition, index, state, job);
    }
}

function resolveInputs(declared, given, contexts, fns, job) {
    const names = Object.keys(declared ?? {});
    const canonical = key => names.find(name => name.toLowerCase() === key.toLowerCase());
    const unknown = Object.keys(given).filter(key => !canonical(key));
    if (unknown.length > 0) {
        job.annotations.add('warning', `Unexpected input(s) ${unknown.map(k => `'${k}'`).join(', ')}, valid inputs are ` +
            `[${names.map(k => `'${k}'`).join(', ')}]`);
    }
    const inputs = Object.fromEntries(names.map(name => [name, interpolate(declared[name]?.default ?? '', contexts, fns)]));
    for (const [key, value] of Object.entries(given)) {
        if (canonical(key)) {
            inputs[canonical(key)] = String(value);
        }
    }
    return inputs;
}

// Runs FOLDER's action.yml inside JOB (an own one by default). Options:
//   inputs      what `with:` says             env        the environment of the calling step
//   workspace   a folder (a checkout)         github     { event_name, event, ref, sha, token, … }: see contexts.mjs
//   runner      { environment: 'self-hosted' … }         world      { cache, artifacts, api }: see world.mjs
//   shims       { 'owner/name': async call }  tools      { hide: ['jq'], stubs: { name: 'bash text' }, prepend: [folder] }
//   matrix, strategy                          stepTimeout  milliseconds a `run` step may take (300 000)
// Result: { outcome, outputs, steps, step(id), annotations, droppedAnnotations, summary, log, rawLog, faults, masks, env, path,
// job, stubCalls() }.
export async function runAction(folder, options = {}, job = new Job(options)) {
    const actionPath = resolve(folder);
    const manifest = parse(readFileSync(join(actionPath, 'action.yml'), 'utf8'));
    if (manifest.runs?.using !== 'composite') {
        throw new Error(`${actionPath}/action.yml: runs.using is ${manifest.runs?.using}, this harness runs composite actions`);
    }
    const state = {
        composite: true, status: 'success', steps: {}, done: [], inputs: {}, env: { ...options.env },
        github: { action_path: actionPath, action: '__self', action_ref: '', action_repository: '' },
        runtime: { GITHUB_ACTION_PATH: actionPath, GITHUB_ACTION: '__self' },
    };
    const fns = functions(state, job);
    state.inputs = resolveInputs(manifest.inputs, options.inputs ?? {}, contextsOf(state, job, state.env), fns, job);
    await runSteps(manifest.runs.steps, state, job);
    const contexts = contextsOf(state, job, { ...state.env, ...job.env });
    const outputs = Object.fromEntries(Object.entries(manifest.outputs ?? {}).map(([name, { value }]) =>
        [name, interpolate(value, contexts, fns)]));
    return resultOf(state, outputs, job);
}

function resultOf(state, outputs, job) {
    const titled = key => state.done.map(s => `=== ${s.name} [${s.outcome}]\n${s[key]}`).join('\n');
    return {
        outcome: state.status, outputs, steps: state.done, step: id => state.done.find(s => s.id === id || s.name === id),
        annotations: job.annotations.kept, droppedAnnotations: job.annotations.dropped,
        summary: state.done.map(s => s.summary).join(''), log: titled('log'), rawLog: titled('rawLog'), faults: job.faults,
        masks: job.masks, env: job.env, path: job.path, job, stubCalls: job.stubCalls,
    };
}

// success() and the like for the `if:` of a job: they look at the jobs it needs.
function jobFunctions(needs) {
    const results = Object.values(needs).map(need => need.result);
    return { success: () => results.every(r => r === 'success'), failure: () => results.includes('failure'), always: () => true,
        cancelled: () => results.includes('cancelled') };
}

// Runs one job of a workflow file. Options besides those of runAction: actions (name → folder: composites that are run as well;
// every other `uses` goes to the shims), matrix (the combination), needs ({ job: { result, outputs } }), secrets, vars.
// Result: as of runAction, with inner: the results of the composites; outcome is `skipped` when the job's `if` says so.
export async function runWorkflowJob(file, jobId, options = {}) {
    const workflow = parse(readFileSync(file, 'utf8'));
    const definition = workflow.jobs[jobId];
    if (!definition) {
        throw new Error(`${file}: there is no job ${jobId}`);
    }
    const nested = Object.fromEntries(Object.entries(options.actions ?? {}).map(([name, folder]) => [name, async call => {
        const inner = await runAction(folder, { ...options, inputs: call.inputs, env: call.env }, call.job);
        Object.entries(inner.outputs).forEach(([key, value]) => call.setOutput(key, value));
        call.log(inner.log);
        call.state.inner.push(inner);
        if (inner.outcome === 'failure') {
            throw new Error(`${name} failed`);
        }
    }]));
    const job = new Job({ ...options, shims: { ...nested, ...options.shims } });
    const state = {
        composite: false, status: 'success', steps: {}, done: [], inputs: options.workflowInputs ?? {}, inner: [],
        env: {}, github: {}, runtime: { GITHUB_JOB: jobId },
    };
    const fns = functions(state, job);
    const contexts = contextsOf(state, job, {});
    state.env = { ...interpolateAll(workflow.env, contexts, fns), ...interpolateAll(definition.env, contexts, fns), ...options.env };
    if (!condition(definition.if, contexts, jobFunctions(options.needs ?? {}))) {
        return { ...resultOf(state, {}, job), outcome: 'skipped', inner: [] };
    }
    await runSteps(definition.steps, state, job);
    const outputs = interpolateAll(definition.outputs, contextsOf(state, job, state.env), fns);
    return { ...resultOf(state, outputs, job), inner: state.inner };
}
