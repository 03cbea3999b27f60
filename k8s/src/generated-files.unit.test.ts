import { services } from '@banyan/cli';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from './generated-files.ts';
import { components, generatedIn } from './generated-folder.ts';
import { command } from './yaml-files.ts';

describe('the generated manifests', () => {
  it(`are those of the declarations; else: ${command}`, async () => {
    const wanted = generatedFiles(await services());
    const found = await generatedIn(components);
    const differing = [...new Set([...wanted.keys(), ...found.keys()])].filter(
      (path) => wanted.get(path) !== found.get(path),
    );
    expect({ differing, remedy: command }).toEqual({ differing: [], remedy: command });
  });

  it('are of the same text for the same declarations, in whatever order they come', async () => {
    const all = await services();
    const topics = (list: typeof all) => generatedFiles(list).get('strimzi/topics.yaml');
    expect(topics(all.toReversed())).toBe(topics(all));
  });
});
