// One script of the action by itself, in the environment of a step: facts in, facts, outputs and annotations out.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Annotations, parseKeyValues, readOutput } from './commands.mjs';
import { makeToolbox } from './toolbox.mjs';
import { runScript } from './process.mjs';

export const perfgate = resolve(process.env.PERFGATE ?? 'build/perfgate');
const scripts = resolve('github-action/scripts');

// NAME as in github-action/scripts. FACTS: file name below PG_STATE → text. Result: { code, log, outputs, annotations, state, fact(name) }.
export async function runFacts(world, name, { facts = {}, env = {}, workspace = world.root, tools = {}, timeout = 120_000 } = {}) {
    const root = mkdtempSync(join(world.root, 'script-'));
    const [state, temp, output] = [join(root, 'state'), join(root, 'temp'), join(root, 'output')];
    [state, temp].forEach(folder => mkdirSync(folder));
    for (const [file, text] of Object.entries({ program: perfgate, ...facts })) {
        mkdirSync(dirname(join(state, file)), { recursive: true });
        writeFileSync(join(state, file), Buffer.isBuffer(text) ? text : `${text}\n`);
    }
    const { path, calls } = makeToolbox(join(root, 'toolbox'), { ...tools, stubs: { sleep: 'exec /bin/sleep 0.02', ...tools.stubs } });
    const run = await runScript({ shell: 'bash', script: join(scripts, `${name}.sh`), cwd: workspace, root, timeout, env: {
        PATH: path, HOME: temp, LANG: 'C.UTF-8', TMPDIR: temp, RUNNER_TEMP: temp, PG_STATE: state, GITHUB_OUTPUT: output,
        GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'octo/demo', GITHUB_API_URL: world.api.url, GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_GRAPHQL_URL: `${world.api.url}/graphql`, ...env,
    } });
    const annotations = new Annotations();
    const report = { annotations, masks: new Set(), setOutput: () => {}, fail: () => {} };
    const log = readOutput(run.output, report);
    return {
        code: run.code, log, annotations: annotations.kept, state, calls,
        outputs: existsSync(output) ? Object.fromEntries(parseKeyValues(readFileSync(output, 'utf8'))) : {},
        fact: file => (existsSync(join(state, file)) && statSync(join(state, file)).isFile() ? readFileSync(join(state, file), 'utf8').trim() : null),
        files: () => readdirSync(state, { recursive: true }).sort(),
    };
}

// Go benchmark text that perfgate takes for a recording: BENCHMARKS name → level in nanoseconds; PROVENANCE key → value.
export function recordingText(benchmarks, provenance = {}, rounds = 8) {
    const lines = ['# perfgate recording: 1', ...Object.entries(provenance).map(([key, value]) => `# perfgate ${key}: ${value}`),
        'Unit ns/op better=lower'];
    for (let round = 1; round <= rounds; round++) {
        lines.push(`# perfgate round: ${round}`);
        for (const [name, level] of Object.entries(benchmarks)) {
            lines.push(`Benchmark${name} 1 ${level + round % 3} ns/op`);
        }
    }
    return `${lines.join('\n')}\n# perfgate end: ${rounds}\n`;
}
