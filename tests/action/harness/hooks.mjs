// Module hooks: a bare name in tests/action means a package in build/action; JSON may be imported without an attribute,
// as GitHub's own language service does and Node 20 refuses.
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';

const ours = new URL('../', import.meta.url).href;
const packages = new URL('../../../build/action/packages.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
    const bare = !/^(\.{0,2}\/|[a-z]+:)/.test(specifier) && !isBuiltin(specifier);
    if (bare && context.parentURL?.startsWith(ours)) {
        return next(specifier, { ...context, parentURL: packages });
    }
    return next(specifier, context);
}

export async function load(url, context, next) {
    if (url.startsWith('file:') && url.endsWith('.json')) {
        const text = await readFile(new URL(url), 'utf8');
        return { format: 'module', shortCircuit: true, source: `export default ${text};` };
    }
    return next(url, context);
}
