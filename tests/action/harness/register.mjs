// `node --import …/register.mjs`: the test files find their packages in build/action/node_modules, where nothing is committed.
import { register } from 'node:module';

register('./hooks.mjs', import.meta.url);
