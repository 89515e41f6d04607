// What `make action-test` prints: a line a file's failing test with its reason, every skip, and last `N passed, N failed`.
import { relative } from 'node:path';

export default async function* report(source) {
    let passed = 0;
    let failed = 0;
    const skips = [];
    const where = data => relative(process.cwd(), data.file ?? '');
    for await (const { type, data } of source) {
        const suite = data?.details?.type === 'suite';
        if (type === 'test:pass' && !suite) {
            if (data.skip !== undefined) {
                skips.push(`skipped: ${where(data)}: ${data.name}${typeof data.skip === 'string' ? `: ${data.skip}` : ''}`);
            } else {
                passed++;
            }
        } else if (type === 'test:fail' && data.details?.error?.failureType !== 'subtestsFailed') {
            failed++;
            const error = data.details.error?.cause ?? data.details.error;
            yield `not ok: ${where(data)}: ${data.name}\n${String(error?.stack ?? error).replace(/^/gm, '    ')}\n`;
        } else if (type === 'test:stdout' || type === 'test:stderr') {
            yield data.message;
        }
    }
    yield skips.map(line => `${line}\n`).join('');
    yield `${passed} passed, ${failed} failed${skips.length > 0 ? `, ${skips.length} skipped` : ''}\n`;
}
