// One shell step: its output goes to a file, so that stdout and stderr keep their order; it is stopped with all its children.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// `bash` means what it means to the runner; anything else is a command line with {0}.
const commandLine = (shell, script) => (shell === 'bash' ? ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', script] :
    shell === 'sh' ? ['sh', '-e', script] : shell.split(/\s+/).map(word => word.replace('{0}', script)));

// → { code, output, timedOut }; a signal gives 128 + its number
export async function runScript({ shell, script, cwd, env, root, timeout = 300_000 }) {
    const file = join(mkdtempSync(join(root, 'log-')), 'output');
    const fd = openSync(file, 'a');
    const [program, ...args] = commandLine(shell, script);
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', fd, fd], detached: true });
    closeSync(fd);
    let timedOut = false;
    const kill = () => {
        try {
            process.kill(-child.pid, 'SIGKILL');
        } catch {
            // the whole group has ended
        }
    };
    const timer = setTimeout(() => {
        timedOut = true;
        kill();
    }, timeout);
    const code = await new Promise((done, fail) => {
        child.on('error', fail);
        child.on('exit', (status, signal) => done(status ?? 128 + (signal === 'SIGKILL' ? 9 : 15)));
    }).finally(() => clearTimeout(timer));
    kill();    // what a step leaves behind must not outlive the test
    return { code, output: readFileSync(file, 'utf8'), timedOut };
}
