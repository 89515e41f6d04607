// A local cache service that GitHub's own @actions/cache client talks to: version 2 of its protocol, on a CacheStore.
import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';

const METHOD = /^\/twirp\/github\.actions\.results\.api\.v1\.CacheService\/(\w+)$/;

// OPTIONS: store; scopes: what the job may read, its own first; readOnly: reservations are denied. Log: { method, body }.
export async function startCacheService({ store, scopes = ['refs/heads/main'], readOnly = false }) {
    const uploads = new Map();    // id → { key, version, blocks: Map, data }
    const log = [];
    const state = { scopes, readOnly };
    const reserved = (key, version) => store.entries.some(e => e.scope === state.scopes[0] && e.key === key && e.version === version);

    const methods = {
        CreateCacheEntry: ({ key, version }, base) => {
            if (state.readOnly) {
                return { ok: false, message: 'cache write denied: this run may only read' };
            }
            if (reserved(key, version)) {
                return { ok: false, message: 'cache entry exists' };
            }
            const id = randomUUID();
            uploads.set(id, { key, version, blocks: new Map(), data: null });
            return { ok: true, signed_upload_url: `${base}/upload/${id}`, message: '' };
        },
        FinalizeCacheEntryUpload: ({ key, version, size_bytes: size }) => {
            const upload = [...uploads.values()].find(u => u.key === key && u.version === version && u.data);
            const ok = upload !== undefined && upload.data.length === Number(size) && store.save(state.scopes[0], key, version, upload.data);
            return { ok, entry_id: ok ? String(store.entries.length) : '0', message: '' };
        },
        GetCacheEntryDownloadURL: ({ key, restore_keys: others = [], version }, base) => {
            const entry = store.find(state.scopes, [key, ...others], version);
            return { ok: entry !== null, signed_download_url: entry ? `${base}/download/${entry.at}` : '', matched_key: entry?.key ?? '' };
        },
    };

    // what the storage client asks of a blob: blocks and a list of them, or all at once
    function upload(request, url, body, response) {
        const target = uploads.get(url.pathname.slice('/upload/'.length));
        const part = url.searchParams.get('comp');
        if (part === 'block') {
            target.blocks.set(url.searchParams.get('blockid'), body);
        } else if (part === 'blocklist') {
            const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map(([, id]) => id);
            target.data = Buffer.concat(ids.map(id => target.blocks.get(id)));
        } else {
            target.data = body;
        }
        response.writeHead(201, { etag: '"1"', 'last-modified': new Date(0).toUTCString(), 'x-ms-request-server-encrypted': 'true' }).end();
    }

    function download(url, request, response) {
        const data = store.entries.find(e => e.at === Number(url.pathname.slice('/download/'.length))).data;
        const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
        if (!range) {
            response.writeHead(200, { 'content-length': data.length }).end(request.method === 'HEAD' ? undefined : data);
            return;
        }
        const slice = data.subarray(Number(range[1]), range[2] === '' ? undefined : Number(range[2]) + 1);
        response.writeHead(206, { 'content-length': slice.length, 'content-range': `bytes ${range[1]}-${Number(range[1]) + slice.length - 1}/${data.length}` })
            .end(slice);
    }

    const server = createServer(async (request, response) => {
        const chunks = [];
        for await (const chunk of request) {
            chunks.push(chunk);
        }
        const base = `http://127.0.0.1:${server.address().port}`;
        const url = new URL(request.url, base);
        const body = Buffer.concat(chunks);
        const method = METHOD.exec(url.pathname)?.[1];
        if (methods[method]) {
            const asked = JSON.parse(body.toString());
            log.push({ method, body: asked });
            response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(methods[method](asked, base)));
        } else if (url.pathname.startsWith('/upload/')) {
            upload(request, url, body, response);
        } else if (url.pathname.startsWith('/download/')) {
            download(url, request, response);
        } else {
            response.writeHead(404).end();
        }
    });
    await new Promise(done => server.listen(0, '127.0.0.1', done));
    return { url: `http://127.0.0.1:${server.address().port}/`, log, state,
        close: () => new Promise(done => { server.closeAllConnections(); server.close(done); }) };
}
