// What a step says to the runner: environment files (GITHUB_OUTPUT …) and workflow commands (`::error::…`) in its output.

// NAME=VALUE and NAME<<DELIMITER blocks; whichever of `=` and `<<` comes first in a line decides. Throws as the runner does.
export function parseKeyValues(text) {
    const pairs = [];
    const lines = text.split('\n');
    const ended = lines.at(-1) === '';    // else the last line has no newline
    if (ended) {
        lines.pop();
    }
    for (let i = 0; i < lines.length; i++) {
        const line = lines[i];
        if (line === '') {
            continue;
        }
        const equals = line.indexOf('=');
        const heredoc = line.indexOf('<<');
        if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
            if (equals === 0) {
                throw new Error(`Invalid format '${line}'. Name must not be empty`);
            }
            pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
        } else if (heredoc >= 0) {
            const name = line.slice(0, heredoc);
            const delimiter = line.slice(heredoc + 2);
            if (name === '' || delimiter === '') {
                throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
            }
            const start = i + 1;
            for (i = start; i < lines.length && lines[i] !== delimiter; i++) {
                if (i === lines.length - 1 && !ended) {
                    throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
                }
            }
            if (i >= lines.length) {
                throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
            }
            pairs.push([name, lines.slice(start, i).join('\n')]);
        } else {
            throw new Error(`Invalid format '${line}'`);
        }
    }
    return pairs;
}

export const SUMMARY_LIMIT = 1024 * 1024;
export const ANNOTATION_LIMIT = 10;
export const MESSAGE_LIMIT = 4096;

const NAMES = new Set(['error', 'warning', 'notice', 'debug', 'group', 'endgroup', 'add-mask', 'add-matcher', 'remove-matcher',
    'stop-commands', 'echo', 'set-env', 'add-path', 'save-state', 'set-output', 'internal-set-repo-path']);

const unescapeData = text => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
const unescapeProperty = text => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':')
    .replaceAll('%2C', ',').replaceAll('%25', '%');
const unescapeOld = text => text.replaceAll('%3B', ';').replaceAll('%0D', '\r').replaceAll('%0A', '\n')
    .replaceAll('%5D', ']').replaceAll('%25', '%');

function properties(text, separator, unescape) {
    const pairs = text.split(separator).map(part => part.match(/^([^=]+)=+(.+)$/s)).filter(Boolean);
    return Object.fromEntries(pairs.map(([, key, value]) => [key.trim().toLowerCase(), unescape(value)]));
}

// one line of a step's output → { name, properties, data }, or null; NAMES are what the runner listens to. The old form
// `##[error]…` counts anywhere in a line.
export function parseCommand(line, names = NAMES) {
    const now = line.trimStart().match(/^::([^ :][^ ]*?)(?: (.*?))?::(.*)$/s);
    if (now && names.has(now[1])) {
        return { name: now[1], properties: properties(now[2] ?? '', ',', unescapeProperty), data: unescapeData(now[3]) };
    }
    const old = line.match(/##\[([^ \]]+)(?: ([^\]]*))?\](.*)$/s);
    if (old && names.has(old[1])) {
        return { name: old[1], properties: properties(old[2] ?? '', ';', unescapeOld), data: unescapeOld(old[3]) };
    }
    return null;
}

// Annotations of one whole action: at most ten a level are kept, the others only stand in the log.
export class Annotations {
    kept = [];
    dropped = [];

    add(level, message, place = {}) {
        const entry = { level, message: message.slice(0, MESSAGE_LIMIT), ...place };
        const full = this.kept.filter(a => a.level === level).length >= ANNOTATION_LIMIT;
        (full ? this.dropped : this.kept).push(entry);
    }
}

// Reads a step's whole output. JOB: { annotations, masks, setOutput(name, value), fail(message) }. Returns the log with the
// commands taken out and secrets masked.
export function readOutput(text, job) {
    const log = [];
    let stopped = null;
    for (const line of text.replace(/\n$/, '').split('\n')) {
        if (stopped !== null) {
            if (line.trim() === `::${stopped}::`) {
                stopped = null;
            } else {
                log.push(line);
            }
            continue;
        }
        const command = parseCommand(line);
        if (!command) {
            log.push(line);
            continue;
        }
        const { name, data } = command;
        if (name === 'error' || name === 'warning' || name === 'notice') {
            job.annotations.add(name, data, command.properties);
            log.push(`##[${name}]${data}`);
        } else if (name === 'add-mask') {
            data.split(/\r?\n/).filter(part => part.trim() !== '').forEach(part => job.masks.add(part));
        } else if (name === 'stop-commands') {
            if (data === '' || data === 'pause-logging' || NAMES.has(data)) {
                job.fail(`Invalid stop token: '${data}'`);
            } else {
                stopped = data;
            }
        } else if (name === 'set-env' || name === 'add-path') {
            job.fail(`The \`${name}\` command is disabled`);
        } else if (name === 'set-output') {
            job.annotations.add('warning', 'The `set-output` command is deprecated');
            job.setOutput(command.properties.name, data);
        } else if (name === 'group' || name === 'debug') {
            log.push(`##[${name}]${data}`);
        }
    }
    return mask(log.join('\n'), job.masks);
}

export function mask(text, masks) {
    return [...masks].sort((a, b) => b.length - a.length).reduce((all, secret) => all.replaceAll(secret, '***'), text);
}
