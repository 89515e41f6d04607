// House rules for action.yml files, workflows and scripts of the action: each (path, text …) → ['path: what is wrong'].
// They stand in for the audits that need a program that is not there: template injection, unpinned uses, dangerous triggers,
// excessive permissions, credentials left behind.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

const asList = value => (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]);
const stepsOf = document => [...asList(document?.runs?.steps), ...Object.values(document?.jobs ?? {}).flatMap(job => asList(job?.steps))];
const stepName = (step, index) => step.id ?? step.name ?? step.uses ?? `${index + 1}`;

// the text of every `run:` → [{ name, run }]
export function runBlocks(text) {
    return stepsOf(parse(text)).map((step, i) => ({ name: stepName(step, i), run: step.run })).filter(({ run }) => run !== undefined);
}

export function noExpressionInRun(path, text) {
    return runBlocks(text).filter(({ run }) => String(run).includes('${{'))
        .map(({ name }) => `${path}: step ${name}: an expression is pasted into a script; pass it through env`);
}

// `uses` names a commit, and a comment says which version that is; nothing of the caller's folder is used
export function pinnedUses(path, text) {
    const faults = [];
    text.split('\n').forEach((line, i) => {
        const use = /^\s*(?:-\s+)?["']?uses["']?:\s*["']?([^\s"'#]+)["']?\s*(#.*)?$/.exec(line);
        if (!use) {
            return;
        }
        const [, target, comment] = use;
        if (/^\.|^\$/.test(target)) {
            faults.push(`${path}:${i + 1}: ${target} means a folder of the caller`);
        } else if (!/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(target)) {
            faults.push(`${path}:${i + 1}: ${target} is not pinned to a commit`);
        } else if (!/^#\s*v?\d+(\.\d+)*/.test(comment ?? '')) {
            faults.push(`${path}:${i + 1}: ${target} has no comment with its version`);
        }
    });
    const counted = text.split('\n').filter(line => /^\s*(?:-\s+)?["']?uses["']?:/.test(line)).length;
    const parsed = stepsOf(parse(text)).filter(step => step.uses !== undefined).length +
        Object.values(parse(text)?.jobs ?? {}).filter(job => job?.uses !== undefined).length;
    return counted === parsed ? faults : [...faults, `${path}: uses has to stand on a line of its own (${counted} lines, ${parsed} uses)`];
}

// Every input has a description, is read by a step, and — where README is given — is explained there.
export function inputsReadAndDocumented(path, text, readme) {
    const document = parse(text);
    const body = JSON.stringify({ runs: document.runs, outputs: document.outputs });
    return Object.entries(document.inputs ?? {}).flatMap(([name, input]) => [
        !(input?.description ?? '').trim() && `${path}: input ${name} has no description`,
        !new RegExp(`inputs(\\.${name}(?![\\w-])|\\['${name}'\\])`).test(body) && `${path}: input ${name} is never read`,
        readme !== undefined && !readme.includes(`\`${name}\``) && `${path}: input ${name} is not in the README`,
    ].filter(Boolean));
}

// Every output has a description and comes from a step that is there; the README, where given, names it.
export function outputsComeFromSteps(path, text, readme) {
    const document = parse(text);
    const ids = new Set(stepsOf(document).map(step => step.id).filter(Boolean));
    return Object.entries(document.outputs ?? {}).flatMap(([name, output]) => [
        !(output?.description ?? '').trim() && `${path}: output ${name} has no description`,
        ...[...String(output?.value ?? '').matchAll(/steps\.([\w-]+)/g)].filter(([, id]) => !ids.has(id))
            .map(([, id]) => `${path}: output ${name} comes from step ${id}, which is not there`),
        readme !== undefined && !readme.includes(`\`${name}\``) && `${path}: output ${name} is not in the README`,
    ].filter(Boolean));
}

// a step that another step, a condition or an output speaks of is there, and stands before it
export function knownSteps(path, text) {
    const seen = new Set();
    return stepsOf(parse(text)).flatMap((step, i) => {
        const asked = [...JSON.stringify(step).matchAll(/\bsteps\.([\w-]+)/g)].map(([, id]) => id);
        const faults = [...new Set(asked)].filter(id => !seen.has(id)).map(id => `${path}: step ${stepName(step, i)} asks step ${id}, which is not before it`);
        seen.add(step.id);
        return faults;
    });
}

const scriptOf = step => /scripts\/([\w.-]+\.sh)/.exec(step.run ?? '')?.[1];

// A `run` calls a script that is there. PG_IN_<NAME> is inputs.<name>; what a script reads without a default is passed to it.
export function scriptsGetWhatTheyRead(path, text, folder = dirname(path)) {
    return stepsOf(parse(text)).flatMap((step, i) => {
        const name = stepName(step, i);
        const crossed = Object.entries(step.env ?? {}).filter(([key, value]) => key.startsWith('PG_IN_') &&
            String(value).replace(/\s/g, '') !== `\${{inputs.${key.slice(6).toLowerCase().replaceAll('_', '-')}}}`)
            .map(([key, value]) => `${path}: step ${name}: ${key} is ${value}`);
        const script = scriptOf(step);
        if (!script) {
            return crossed;
        }
        const file = [join(folder, 'scripts', script), join(folder, '..', 'scripts', script)].find(existsSync);
        if (!file) {
            return [...crossed, `${path}: step ${name}: scripts/${script} is not there`];
        }
        const code = readFileSync(file, 'utf8').replace(/(^|\s)#.*$/gm, '');
        const read = new Set([...code.matchAll(/\$\{?(PG_IN_[A-Z_]+)(?!:?[-=+?]|[A-Z_])/g)].map(([, key]) => key));
        const assigned = key => new RegExp(`(^|[\\s;])${key}=`, 'm').test(code);
        const missing = [...read].filter(key => !(key in (step.env ?? {})) && !assigned(key))
            .map(key => `${path}: step ${name}: ${script} reads ${key}, which it is not given`);
        return [...crossed, ...missing];
    });
}

// A script that a step runs stops at the first failure, also of a pipe and of a name that is not set.
export function strictScripts(path, text, folder = dirname(path)) {
    const files = stepsOf(parse(text)).map(scriptOf).filter(Boolean).map(name => [name,
        [join(folder, 'scripts', name), join(folder, '..', 'scripts', name)].find(existsSync)]);
    const sourced = file => [...readFileSync(file, 'utf8').matchAll(/^\s*(?:\.|source) .*?([\w-]+\.sh)"?$/gm)]
        .map(([, name]) => join(dirname(file), name)).filter(existsSync);
    const strict = file => /^set -euo pipefail$/m.test(readFileSync(file, 'utf8')) || sourced(file).some(strict);
    return [...new Map(files)].filter(([, file]) => file && !strict(file))
        .map(([name]) => `${path}: scripts/${name} does not say set -euo pipefail`);
}

// The program under test and its build never see a token.
export function noTokenWhileMeasuring(path, text) {
    return stepsOf(parse(text)).filter(step => /measure|confirm/.test(step.id ?? '') && /token|secrets\./i.test(JSON.stringify(step.env ?? {})))
        .map(step => `${path}: step ${step.id} runs foreign code and is given a token`);
}

// Files of the environment and of the search path of later steps are not written.
export function noEnvironmentWrites(path, text) {
    return text.split('\n').flatMap((line, i) => (/GITHUB_(ENV|PATH)\b/.test(line.replace(/(^|\s)#.*$/, '')) ?
        [`${path}:${i + 1}: writes the environment of later steps`] : []));
}

// jq before 1.7 takes its keywords for no names of variables, and such machines are about.
export function jqNames(path, text) {
    const keywords = 'and|as|catch|def|elif|else|end|foreach|if|import|include|label|module|or|reduce|then|try';
    return [...text.matchAll(new RegExp(`--(?:arg|argjson|slurpfile|rawfile)\\s+(${keywords})\\s`, 'g'))]
        .map(([, name]) => `${path}: jq 1.6 has no variable $${name}, which is a keyword`);
}

const triggers = on => (typeof on === 'string' ? { [on]: null } : Array.isArray(on) ? Object.fromEntries(on.map(name => [name, null])) : on ?? {});

export function safeTriggers(path, text) {
    const document = parse(text);
    const on = triggers(document.on);
    const pull = on.pull_request ?? {};
    return [
        'pull_request_target' in on && `${path}: pull_request_target runs foreign code with a token that may write`,
        asList(pull.types).some(type => /label/.test(type)) && `${path}: label events write a second, skipped check`,
        (pull.paths || pull['paths-ignore']) && `${path}: a required check that paths skip stays pending for ever`,
        'workflow_run' in on && stepsOf(document).some(step => /^actions\/checkout@/.test(step.uses ?? '')) &&
            `${path}: a trusted job checks out foreign code`,
        'workflow_run' in on && !asList(on.workflow_run?.workflows).length && `${path}: workflow_run names no workflow`,
    ].filter(Boolean);
}

// Permissions are said, for the workflow or for every job; none is for all.
export function permissionsSet(path, text) {
    const document = parse(text);
    const all = [['the workflow', document.permissions], ...Object.entries(document.jobs ?? {}).map(([id, job]) => [`job ${id}`, job.permissions])];
    const jobs = all.slice(1);
    return [
        ...(document.permissions === undefined ? jobs.filter(([, p]) => p === undefined).map(([who]) => `${path}: ${who} says no permissions`) : []),
        ...all.filter(([, p]) => typeof p === 'string' && p !== 'read-all').map(([who]) => `${path}: ${who} takes every permission`),
    ];
}

export function noCredentialsLeft(path, text) {
    return stepsOf(parse(text)).filter(step => /^actions\/checkout@/.test(step.uses ?? '') && String(step.with?.['persist-credentials']) !== 'false')
        .map(() => `${path}: actions/checkout leaves the token in the checkout; say persist-credentials: false`);
}

// What is passed to ACTIONS (folder under the repository → text of its action.yml) is declared there.
export function knownInputs(path, text, actions) {
    return stepsOf(parse(text)).flatMap((step, i) => {
        const folder = Object.keys(actions).sort((a, b) => b.length - a.length).find(f => (step.uses ?? '').split('@')[0].endsWith(`/${f}`));
        if (!folder) {
            return [];
        }
        const declared = Object.keys(parse(actions[folder]).inputs ?? {});
        return Object.keys(step.with ?? {}).filter(name => !declared.includes(name))
            .map(name => `${path}: step ${stepName(step, i)}: ${folder} has no input ${name}`);
    });
}

// Workflows in the yaml blocks of a README: whole ones as they are, lists of steps and single steps in a workflow around them.
export function workflowsOf(path, markdown) {
    const blocks = [...markdown.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)];
    return blocks.flatMap(([, text, ], index) => {
        const name = `${path}#${index + 1}.yml`;
        const document = parse(text);
        if (document?.jobs) {
            return [{ path: name, text, whole: true }];
        }
        const steps = asList(document).length > 0 && (Array.isArray(document) ? document : [document]);
        if (!steps || !steps.some(step => step?.uses || step?.run)) {
            return [];
        }
        const list = Array.isArray(document) ? text : `- ${text.replace(/\n(?=.)/g, '\n  ')}`;
        return [{ path: name, whole: false, text: 'on: push\npermissions:\n  contents: read\njobs:\n  job:\n    runs-on: ubuntu-24.04\n' +
            `    steps:\n${list.replace(/^(?=.)/gm, '      ')}` }];
    });
}
