// Writes the tables of docs/reference/doctor.md anew: npm run doctor:page
import { readFileSync, writeFileSync } from 'node:fs';
import { pageWith } from './page.ts';

const file = new URL('../../../docs/reference/doctor.md', import.meta.url);
writeFileSync(file, pageWith(readFileSync(file, 'utf8')));
