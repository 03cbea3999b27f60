// Writes docs/reference/connect-client.md.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reference } from './reference.ts';

await writeFile(join(import.meta.dirname, '../../../../docs/reference/connect-client.md'), await reference());
