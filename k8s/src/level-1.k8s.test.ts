import { isDeepStrictEqual } from 'node:util';
import { services } from '@banyan/cli';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { kubectl } from './kubectl.ts';
import { type Manifest, overlays, parsed, rendered, templatesOf, titleOf } from './manifests.ts';
import { problemsOf } from './rules/index.ts';
import { type Spoiling, spoilings } from './spoilings.ts';

jest.setTimeout(120_000);

const apply = ['apply', '--server-side', '--validate=strict', '-f', '-'];
const dryRun = [...apply, '--dry-run=server'];
const asText = (objects: readonly Manifest[]) => objects.map((one) => stringify(one)).join('---\n');

describe.each(overlays)('overlay %s', (overlay) => {
  let text: string;
  let objects: Manifest[];
  beforeAll(async () => {
    text = await rendered(overlay);
    objects = parsed(text);
    await kubectl(apply, asText(objects.filter(({ kind }) => kind === 'Namespace')));
  });

  it('follows the rules', () => {
    expect(problemsOf(objects)).toEqual([]);
  });

  it('has each service of the checkout, and no other', async () => {
    const names = (await services()).map(({ name }) => name);
    const deployed = objects.filter(({ kind, metadata }) => kind === 'Deployment' && /-serve$/.test(metadata.name));
    expect(deployed.map(({ metadata }) => metadata.name).sort()).toEqual(names.map((name) => `${name}-serve`));
    for (const { spec } of templatesOf(objects).filter(({ of }) => of.metadata.name === 'secrets')) {
      const told = spec.containers[0]!.env!.find(({ name }) => name === 'SERVICES')!.value!;
      expect(told.split(' ').sort()).toEqual(names);
    }
  });

  it('is taken by an API server without a warning, and applied again it changes nothing', async () => {
    expect((await kubectl(apply, text)).err).toBe('');
    const before = await versions(objects);
    expect(before).toHaveLength(objects.length);
    expect((await kubectl(apply, text)).err).toBe('');
    expect(await versions(objects)).toEqual(before);
  });

  it('grants its service accounts nothing', async () => {
    const nobody = await granted('nobody-at-all');
    const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    expect(accounts.length).toBeGreaterThanOrEqual(5);
    for (const name of accounts) {
      const more = (await granted(name)).filter((line) => !nobody.includes(line));
      // The demo's maker of secrets.
      expect([name, more.map((line) => line.split(' ')[0])]).toEqual([
        name,
        name === 'secrets' ? ['secrets', 'secrets', 'secrets'] : [],
      ]);
    }
  });
});

describe('a manifest that is spoiled', () => {
  let objects: Manifest[];
  beforeAll(async () => {
    objects = parsed(await rendered('demo'));
    await kubectl(apply, asText(objects.filter(({ kind }) => kind === 'Namespace')));
  });

  it.each(spoilings)('$name: refused', async ({ spoil, refusedBy, says }: Spoiling) => {
    const copy = structuredClone(objects);
    spoil(copy as never);
    const said =
      refusedBy === 'rules'
        ? problemsOf(copy).join('\n')
        : await refusal(copy.filter((one, index) => !isDeepStrictEqual(one, objects[index])));
    expect(said).toContain(says);
  });
});

/** What the server says, warnings too, to objects that may not be there yet. */
async function refusal(objects: readonly Manifest[]): Promise<string> {
  try {
    return (await kubectl(dryRun, asText(objects))).err;
  } catch (error) {
    return (error as { readonly said: string }).said;
  }
}

async function versions(objects: readonly Manifest[]): Promise<string[]> {
  const { out } = await kubectl(['get', '-o', 'json', '-f', '-'], asText(objects));
  const { items } = JSON.parse(out) as { items: (Manifest & { metadata: { resourceVersion: string } })[] };
  // A namespace's own status is written by nobody at level 1.
  return items.map((one) => `${titleOf(one)} ${one.metadata.resourceVersion}`).sort();
}

async function granted(account: string): Promise<string[]> {
  const as = `--as=system:serviceaccount:banyan:${account}`;
  const { out } = await kubectl(['auth', 'can-i', '--list', '--no-headers', '-n', 'banyan', as]);
  // The columns are as wide as the longest name.
  return out
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter(Boolean);
}
