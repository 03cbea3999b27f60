import { relative } from 'node:path';
import { packAll, root } from './pack.ts';

const folder = process.argv[2] ?? `${root}/.banyan/packages`;
for (const { file } of await packAll(folder)) console.log(relative(root, file));
