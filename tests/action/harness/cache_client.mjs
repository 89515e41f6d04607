// Run in a process of its own, since GitHub's client reads the process's environment and folder: one save or one restore, told as
// JSON on the command line, answered as JSON in the last line of stdout.
//   cache_client.mjs '{ "verb": "save" | "restore", "paths": […], "key": "…", "restoreKeys": […] }'
import { restoreCache, saveCache } from '@actions/cache';

const { verb, paths, key, restoreKeys = [] } = JSON.parse(process.argv[2]);
let answer;
try {
    answer = verb === 'save' ? { id: await saveCache(paths, key) } : { matched: (await restoreCache(paths, key, restoreKeys)) ?? null };
} catch (error) {
    answer = { error: error.message };
}
process.stdout.write(`\n${JSON.stringify(answer)}\n`);
