// GitHub's cache service as a table: entries belong to a branch's scope, are never changed, and are found by key and version.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';

export const KEY_LIMIT = 512;
export const KEYS_LIMIT = 10;

// What a cache's version is hashed from: the paths as they are spelt, and the compressor. (cacheUtils.getCacheVersion)
export function cacheVersion(paths, compressor = 'zstd-without-long') {
    return createHash('sha256').update([...paths, compressor, '1.0'].join('|')).digest('hex');
}

export function checkKeys(keys) {
    if (keys.length > KEYS_LIMIT) {
        throw new Error(`Key Validation Error: Keys are limited to a maximum of ${KEYS_LIMIT}.`);
    }
    for (const key of keys) {
        if (key.length > KEY_LIMIT) {
            throw new Error(`Key Validation Error: ${key} cannot be larger than ${KEY_LIMIT} characters.`);
        }
        if (key.includes(',')) {
            throw new Error(`Key Validation Error: ${key} cannot contain commas.`);
        }
    }
}

export class CacheStore {
    entries = [];    // { scope, key, version, data: Buffer, at: order of creation }
    #count = 0;

    // reserve and fill at once; false when the key is taken in this scope
    save(scope, key, version, data) {
        if (this.entries.some(e => e.scope === scope && e.key === key && e.version === version)) {
            return false;
        }
        this.entries.push({ scope, key, version, data, at: ++this.#count });
        return true;
    }

    // SCOPES in order (own branch, base, default branch), each with all keys; in a scope an exact match of a key goes before
    // the newest entry that begins with it.
    find(scopes, keys, version) {
        for (const scope of new Set(scopes)) {
            const here = this.entries.filter(e => e.scope === scope && e.version === version);
            for (const key of keys) {
                const exact = here.find(e => e.key === key);
                const prefixed = here.filter(e => e.key.startsWith(key)).sort((a, b) => b.at - a.at)[0];
                if (exact || prefixed) {
                    return exact ?? prefixed;
                }
            }
        }
        return null;
    }

    // the eviction switch: forgets what PREDICATE names, everything when there is none
    evict(predicate = () => true) {
        this.entries = this.entries.filter(e => !predicate(e));
    }
}

// The files of PATHS below WORKSPACE as a tar; null when there are none.
export function packPaths(workspace, paths) {
    const tar = spawnSync('tar', ['--posix', '-cf', '-', '-P', '-C', workspace, '--', ...paths], { maxBuffer: 1 << 30 });
    return tar.status === 0 ? tar.stdout : null;
}

export function unpackPaths(workspace, data) {
    const tar = spawnSync('tar', ['-xf', '-', '-P', '-C', workspace], { input: data });
    if (tar.status !== 0) {
        throw new Error(`a cache entry does not unpack: ${tar.stderr}`);
    }
}
