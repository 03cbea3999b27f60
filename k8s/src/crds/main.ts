import { join } from 'node:path';
import { readConfig } from '@banyan/stack';
import { fetchCrds } from './crds.ts';

// Prints the folder, for kubectl apply --server-side -f.
const root = join(import.meta.dirname, '../../..');
const { cacheDir } = readConfig(process.env, { root, purpose: 'test', portBase: 28_700 });
console.log(await fetchCrds({ cacheDir, say: (text) => console.error(text) }));
