// Artifacts of workflow runs, as the Actions service keeps them: names are unique in a run, each has size and digest.
import { createHash } from 'node:crypto';

export class ArtifactStore {
    artifacts = [];
    #next = 1001;

    // A zip, or with archive: false one file as it is. Throws { status: 409 } when the run has one of that name.
    upload({ run, name, data, overwrite = false, archived = true, retentionDays = 90 }) {
        const same = this.artifacts.find(a => a.run.id === run.id && a.name === name && !a.expired);
        if (same && !overwrite) {
            throw Object.assign(new Error(`Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: ` +
                `an artifact with this name already exists on the workflow run`), { status: 409 });
        }
        this.artifacts = this.artifacts.filter(a => a !== same);
        const artifact = {
            id: this.#next++, name, run, data, archived, retentionDays, expired: false,
            digest: createHash('sha256').update(data).digest('hex'), created: new Date(Date.UTC(2026, 0, 1) + this.#next * 1000),
        };
        this.artifacts.push(artifact);
        return artifact;
    }

    get(id) {
        return this.artifacts.find(a => a.id === Number(id));
    }

    // newest first, as the API lists them
    list(predicate = () => true) {
        return this.artifacts.filter(predicate).sort((a, b) => b.id - a.id);
    }
}
