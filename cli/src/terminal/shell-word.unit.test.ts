import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { shellWord } from './shell-word.ts';

it.each(['42', 'a/b', '', "it's", '$(id) `id` "x" \\ ; & | > * ~ #', '--x', 'ä 😀'])(
  'a shell takes %j for one word',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf '%s|' ${shellWord(text)}`], { encoding: 'utf8' })).toBe(`${text}|`);
  },
);
