// GitHub's expression language on GitHub's own parser: templates with ${{ }}, conditions of steps, contexts as plain objects.
import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import { truthy } from '@actions/expressions/result';

const toData = value => JSON.parse(JSON.stringify(value ?? null), data.reviver);

// evaluate TEXT (without ${{ }}) in CONTEXTS (name → plain value); FUNCTIONS: name → (plain text arguments) → plain value.
// Returns the library's value. Throws on an unknown context, an unknown function or bad syntax.
export function evaluate(text, contexts, functions = {}) {
    const definitions = Object.entries(functions).map(([name, call]) => ({
        name, minArgs: 0, maxArgs: 255, call: (...args) => toData(call(...args.map(a => a.coerceString()))),
    }));
    const { tokens } = new Lexer(text).lex();
    const tree = new Parser(tokens, Object.keys(contexts), definitions).parse();
    const values = new data.Dictionary(...Object.entries(contexts).map(([key, value]) => ({ key, value: toData(value) })));
    return new Evaluator(tree, values, new Map(definitions.map(d => [d.name.toLowerCase(), d]))).evaluate();
}

// split TEXT into literal strings and { expression } parts; a quoted string may contain `}}`.
export function templateParts(text) {
    const parts = [];
    let at = 0;
    for (let open; (open = text.indexOf('${{', at)) >= 0;) {
        let end = open + 3;
        for (let quoted = false; quoted || !text.startsWith('}}', end); end++) {
            if (end >= text.length) {
                throw new Error(`the expression is not closed: ${text.slice(open)}`);
            }
            quoted = text[end] === "'" ? !quoted : quoted;
        }
        parts.push(text.slice(at, open), { expression: text.slice(open + 3, end).trim() });
        at = end + 2;
    }
    return [...parts, text.slice(at)].filter(part => part !== '');
}

// every ${{ }} of TEXT replaced by its value as text; what is not a string in YAML is written as YAML reads it
export function interpolate(text, contexts, functions) {
    return templateParts(String(text ?? '')).map(part =>
        (typeof part === 'string' ? part : evaluate(part.expression, contexts, functions).coerceString())).join('');
}

// the text of an `if:`, with or without ${{ }}, as one expression
function conditionText(text) {
    const parts = templateParts(text);
    if (parts.every(part => typeof part === 'string')) {
        return text;
    }
    if (parts.length === 1) {
        return parts[0].expression;
    }
    const values = parts.filter(part => part.expression).map(part => part.expression);
    let index = 0;
    const pattern = parts.map(part => (part.expression ? `{${index++}}` : part.replace(/[{}]/g, '$&$&'))).join('');
    return `format('${pattern.replaceAll("'", "''")}', ${values.join(', ')})`;
}

// Does a step with this `if:` run? Without one of the status functions, success() must hold as well.
export function condition(text, contexts, functions) {
    const whole = conditionText(String(text ?? '').trim());
    const unquoted = whole.replace(/'[^']*'/g, "''");
    const states = /\b(success|failure|always|cancelled)\s*\(/i.test(unquoted);
    const full = whole === '' ? 'success()' : states ? whole : `success() && (${whole})`;
    return truthy(evaluate(full, contexts, functions));
}
