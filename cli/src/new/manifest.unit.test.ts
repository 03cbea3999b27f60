import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mirrorDraft } from './mirror-draft.ts';
import { serviceFiles } from './service-files.ts';
import { shop } from './testing-tables.ts';

const base = join(import.meta.dirname, '../../../k8s/base/service');

describe('the manifest of a new service', () => {
  it('has the pods of Banyan’s own services, to the letter', async () => {
    const draft = mirrorDraft('orders', [shop[2]!], shop);
    const files = await serviceFiles(draft, new Map(), { services: 'services', prefix: 'shop' });
    for (const pod of ['serve.yaml', 'project.yaml', 'prove.yaml'])
      expect(files.get(`k8s/${pod}`)).toBe(await readFile(join(base, pod), 'utf8'));
    expect(files.get('k8s/kustomization.yaml')).toContain('namePrefix: orders-');
    expect(files.get('Dockerfile')).toContain('/app/services/orders/src/main.ts');
  });
});
