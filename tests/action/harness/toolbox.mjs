// The programs that a step finds on PATH: the machine's, without those that a scenario hides, and with stubs in the place of
// those that would change the machine.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const SYSTEM = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const refuse = name => `echo "${name}: not allowed in a test" >&2; exit 1`;
const DEFAULT_STUBS = { sudo: refuse('sudo'), sysctl: refuse('sysctl'), 'apt-get': refuse('apt-get') };

// OPTIONS: hide: [names], stubs: { name: bash text, or null for the machine's own }, prepend: [folders]. Every call of a stub is kept:
// calls() → ['sudo -n true', …].
export function makeToolbox(folder, { hide = [], stubs = {}, prepend = [] }) {
    const bin = join(folder, 'bin');
    const record = join(folder, 'calls');
    mkdirSync(bin, { recursive: true });
    for (const [name, text] of Object.entries({ ...DEFAULT_STUBS, ...stubs })) {
        if (text !== null && !hide.includes(name)) {
            writeFileSync(join(bin, name), `#!/bin/bash\necho "${name} $*" >>'${record}'\n${text}\n`);
            chmodSync(join(bin, name), 0o755);
        }
    }
    const calls = () => (existsSync(record) ? readFileSync(record, 'utf8').split('\n').filter(Boolean) : []);
    if (hide.length === 0) {
        return { path: [...prepend, bin, ...SYSTEM].join(delimiter), calls };
    }
    const visible = join(folder, 'visible');
    mkdirSync(visible);
    for (const from of SYSTEM.filter(existsSync)) {
        for (const name of readdirSync(from).filter(n => !hide.includes(n) && !existsSync(join(visible, n)))) {
            try {
                symlinkSync(join(from, name), join(visible, name));
            } catch (error) {
                if (error.code !== 'EEXIST') {
                    throw error;
                }
            }
        }
    }
    return { path: [...prepend, bin, visible].join(delimiter), calls };
}
