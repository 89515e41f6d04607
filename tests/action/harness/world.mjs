// What lives longer than a job: the cache, the artifacts, the API and a repository; jobs of a scenario share one world.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from './artifact_store.mjs';
import { CacheStore } from './cache_store.mjs';
import { MockApi } from './api.mjs';
import { makeRepo } from './repo.mjs';

// T is the test's context: all is taken down when the test ends. `repo: false` leaves the demo repository out.
export async function openWorld(t, { repo = true } = {}) {
    const root = mkdtempSync(join(tmpdir(), 'perfgate-world-'));
    const artifacts = new ArtifactStore();
    const api = await MockApi.start({ artifacts });
    t.after(async () => {
        await api.close();
        rmSync(root, { recursive: true, force: true });
    });
    return { root, artifacts, api, cache: new CacheStore(), repo: repo ? makeRepo(root, api) : null };
}
