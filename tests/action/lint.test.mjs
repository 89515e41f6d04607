// The linters and the house rules: on the action, its scripts, its examples and its README; and each proven on a file it must refuse.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as linters from './harness/lint.mjs';
import * as rules from './harness/rules.mjs';

const read = path => readFileSync(path, 'utf8');
const list = (folder, pattern) => (existsSync(folder) ? readdirSync(folder).filter(name => pattern.test(name)).map(name => `${folder}/${name}`) : []);
const none = faults => assert.deepEqual(faults, []);

const README = 'github-action/README.md';
const manifests = ['github-action/action.yml', 'github-action/publish/action.yml'].filter(existsSync);
const actions = Object.fromEntries(manifests.map(path => [path.replace('/action.yml', ''), read(path)]));
const scripts = [...list('github-action/scripts', /\.sh$/), ...list('github-action/publish', /\.sh$/), ...list('github-action/publish/scripts', /\.sh$/)];
const workflows = [
    ...list('github-action/examples', /\.ya?ml$/).map(path => ({ path, text: read(path), whole: true })),
    ...(existsSync(README) ? rules.workflowsOf(README, read(README)) : []),
];

test('all parts of the action are there', () => {
    const parts = ['github-action/action.yml', 'github-action/publish/action.yml', 'github-action/VERSION', 'github-action/checksums.txt', README];
    none(parts.filter(path => !existsSync(path)));
    assert.ok(scripts.length > 0, 'scripts');
    assert.ok(workflows.some(w => w.path.startsWith('github-action/examples/')), 'examples');
    assert.ok(workflows.some(w => w.path.startsWith(README) && w.whole), 'a whole workflow in the README');
});

for (const path of manifests) {
    const text = read(path);
    const main = path === 'github-action/action.yml';
    const readme = main && existsSync(README) ? read(README) : undefined;
    test(`${path}: action-validator`, () => none(linters.actionValidator(path, text)));
    test(`${path}: GitHub's language service`, async () => none(await linters.languageService(path, text)));
    test(`${path}: shellcheck`, { skip: linters.haveShellcheck ? false : 'there is no shellcheck' }, () => none(linters.shellcheck(path, text)));
    test(`${path}: no expression in a script`, () => none(rules.noExpressionInRun(path, text)));
    test(`${path}: nested actions are pinned`, () => none(rules.pinnedUses(path, text)));
    test(`${path}: inputs are read and documented`, () => none(rules.inputsReadAndDocumented(path, text, readme)));
    test(`${path}: outputs come from steps`, () => none(rules.outputsComeFromSteps(path, text, readme)));
    test(`${path}: steps ask steps before them`, () => none(rules.knownSteps(path, text)));
    test(`${path}: scripts are there and get what they read`, () => none(rules.scriptsGetWhatTheyRead(path, text)));
    test(`${path}: scripts are strict`, () => none(rules.strictScripts(path, text)));
    test(`${path}: no token while foreign code runs`, () => none(rules.noTokenWhileMeasuring(path, text)));
}

test('scripts leave the environment of later steps alone', () => none(scripts.flatMap(path => rules.noEnvironmentWrites(path, read(path)))));

test('scripts run with jq 1.6', () => none(scripts.flatMap(path => rules.jqNames(path, read(path)))));

for (const { path, text, whole } of workflows) {
    test(`${path}: actionlint`, async () => none(await linters.actionlint(path, text)));
    test(`${path}: GitHub's language service`, async () => none(await linters.languageService(path, text)));
    test(`${path}: shellcheck`, { skip: linters.haveShellcheck ? false : 'there is no shellcheck' }, () => none(linters.shellcheck(path, text)));
    test(`${path}: house rules`, () => none([
        ...rules.noExpressionInRun(path, text), ...rules.pinnedUses(path, text), ...rules.safeTriggers(path, text),
        ...rules.permissionsSet(path, text), ...rules.knownInputs(path, text, actions), ...(whole ? rules.noCredentialsLeft(path, text) : []),
    ]));
}

// What every linter and rule has to refuse, and the words it refuses it with.
const pinned = `octo/x@${'a'.repeat(40)}`;
const action = (steps, rest = '') => `name: x\ndescription: x\n${rest}runs:\n  using: composite\n  steps:\n${steps}`;
const workflow = (steps, rest = 'on: push\npermissions: {}\n', job = '') => `${rest}jobs:\n  a:\n    runs-on: ubuntu-24.04\n${job}    steps:\n${steps}`;
const REFUSED = [
    ['action-validator: unknown runtime', linters.actionValidator, 'name: x\ndescription: x\nruns:\n  using: nonsense\n', /using|one_of|oneOf/i],
    ['action-validator: no shell', linters.actionValidator, action('    - run: echo\n'), /shell|one_of|oneOf/i],
    ['language service: unknown context', linters.languageService, action('    - shell: bash\n      if: stps.run == 1\n      run: echo\n'), /stps/],
    ['language service: workflow', linters.languageService, workflow('      - run: echo\n        fi: true\n'), /fi/],
    ['actionlint', linters.actionlint, workflow('      - run: echo ${{ github.event.issue.title }}\n'), /untrusted/],
    ['actionlint: unknown step', linters.actionlint, workflow('      - run: echo\n        if: steps.no.outputs.x\n'), /"no" is not defined/],
    ['no expression in a script', rules.noExpressionInRun, action('    - shell: bash\n      run: echo ${{ inputs.x }}\n'), /pass it through env/],
    ['pinned: a tag', rules.pinnedUses, action('    - uses: octo/x@v1 # v1\n'), /not pinned/],
    ['pinned: no version', rules.pinnedUses, action(`    - uses: ${pinned}\n`), /no comment with its version/],
    ['pinned: the caller\'s folder', rules.pinnedUses, action('    - uses: ./x\n'), /folder of the caller/],
    ['pinned: hidden in a line', rules.pinnedUses, action('    - {uses: octo/x@v1}\n'), /line of its own/],
    ['input never read', rules.inputsReadAndDocumented, action('    - shell: bash\n      run: echo inputs.one-more\n', 'inputs:\n  one:\n    description: x\n'), /never read/],
    ['input without words', rules.inputsReadAndDocumented, action('    - shell: bash\n      if: inputs.one\n      run: x\n', 'inputs:\n  one:\n'), /no description/],
    ['output of no step', rules.outputsComeFromSteps, action('    - shell: bash\n      run: x\n', 'outputs:\n  o:\n    description: x\n    value: ${{ steps.a.outputs.b }}\n'), /not there/],
    ['step before its source', rules.knownSteps, action('    - shell: bash\n      if: steps.later.outcome\n      run: x\n    - id: later\n      shell: bash\n      run: x\n'), /not before it/],
    ['script missing', rules.scriptsGetWhatTheyRead, action('    - shell: bash\n      run: bash "$GITHUB_ACTION_PATH/scripts/none-such.sh"\n'), /not there/],
    ['input crossed', rules.scriptsGetWhatTheyRead, action('    - shell: bash\n      run: x\n      env:\n        PG_IN_A: ${{ inputs.b }}\n'), /PG_IN_A is/],
    ['token while measuring', rules.noTokenWhileMeasuring, action('    - id: measure\n      shell: bash\n      run: x\n      env:\n        T: ${{ inputs.token }}\n'), /given a token/],
    ['environment written', rules.noEnvironmentWrites, 'echo x >>"$GITHUB_ENV"\n', /later steps/],
    ['jq keyword', rules.jqNames, 'jq --arg label "$x" .\n', /no variable \$label/],
    ['pull_request_target', rules.safeTriggers, workflow('      - run: x\n', 'on: [push, pull_request_target]\n'), /foreign code/],
    ['label events', rules.safeTriggers, workflow('      - run: x\n', 'on:\n  pull_request:\n    types: [opened, labeled]\n'), /skipped check/],
    ['paths', rules.safeTriggers, workflow('      - run: x\n', 'on:\n  pull_request:\n    paths: [src]\n'), /pending/],
    ['trusted checkout', rules.safeTriggers, workflow(`      - uses: actions/checkout@${'a'.repeat(40)}\n`, 'on:\n  workflow_run:\n    workflows: [perf]\n'), /trusted job/],
    ['no permissions', rules.permissionsSet, workflow('      - run: x\n', 'on: push\n'), /says no permissions/],
    ['every permission', rules.permissionsSet, workflow('      - run: x\n', 'on: push\npermissions: write-all\n'), /every permission/],
    ['credentials', rules.noCredentialsLeft, workflow('      - uses: actions/checkout@v1\n'), /persist-credentials/],
    ['unknown input', (path, text) => rules.knownInputs(path, text, { 'github-action': 'inputs:\n  run:\n' }),
        workflow('      - uses: o/perfgate/github-action@x\n        with:\n          rum: x\n'), /no input rum/],
];

for (const [name, rule, text, words] of REFUSED) {
    const path = rule === linters.actionValidator || /^name:/.test(text) ? 'x/action.yml' : '.github/workflows/x.yml';
    test(`refused: ${name}`, async () => assert.match((await rule(path, text)).join('\n'), words));
}
test('refused: a script that is not given what it reads', t => {
    const folder = mkdtempSync(join(tmpdir(), 'perfgate-rules-'));
    t.after(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'scripts'));
    writeFileSync(join(folder, 'scripts/a.sh'), 'echo "$PG_IN_ONE ${PG_IN_TWO:-x} ${PG_IN_THREE}" # $PG_IN_FOUR\n');
    const text = action('    - shell: bash\n      run: bash "$GITHUB_ACTION_PATH/scripts/a.sh"\n      env:\n        PG_IN_THREE: ${{ inputs.three }}\n');
    assert.deepEqual(rules.scriptsGetWhatTheyRead('x', text, folder), ['x: step 1: a.sh reads PG_IN_ONE, which it is not given']);
    assert.deepEqual(rules.strictScripts('x', text, folder), ['x: scripts/a.sh does not say set -euo pipefail']);
});
test('refused: shellcheck', { skip: linters.haveShellcheck ? false : 'there is no shellcheck' }, () =>
    assert.match(linters.shellcheck('x', action('    - shell: bash\n      run: echo $x\n')).join(), /SC2086/));
test('accepted: the sample, by every linter and rule', async () => {
    const path = 'tests/action/fixtures/sample/action.yml';
    const text = read(path);
    none([...linters.actionValidator(path, text), ...await linters.languageService(path, text), ...rules.pinnedUses(path, text),
        ...rules.noExpressionInRun(path, text), ...rules.outputsComeFromSteps(path, text), ...rules.knownSteps(path, text)]);
});
test('a README gives whole workflows and lists of steps', () => {
    const fence = '```';
    const markdown = `${fence}yaml\non: push\njobs: {a: {}}\n${fence}\n${fence}yaml\n- uses: a/b@c\n  with:\n    x: 1\n${fence}\n` +
        `${fence}yaml\nthreshold: 5\n${fence}\n${fence}yaml\nuses: a/b@d\nwith:\n  x: 1\n${fence}\n`;
    assert.deepEqual(rules.workflowsOf('R', markdown).map(w => [w.path, w.whole]), [['R#1.yml', true], ['R#2.yml', false], ['R#4.yml', false]]);
    assert.match(rules.pinnedUses('R', rules.workflowsOf('R', markdown)[2].text).join(), /a\/b@d is not pinned/);
});
