import { it } from '@jest/globals';
import { mirror } from '../projection/index.ts';
import { explore, put, remove, replay, scenario, tx } from './index.ts';

const projection = mirror({
  name: 'families',
  tables: {
    parents: { source: 'bank.parents', key: ['id'], columns: { id: 'bigint' } },
    children: { source: 'bank.children', key: ['id'], columns: { id: 'bigint', parent_id: 'bigint' } },
  },
});
const families = scenario(projection, {
  foreignKeys: [
    {
      ...{ name: 'fk', child: 'bank.children', childColumns: ['parent_id'], parent: 'bank.parents' },
      ...{ parentColumns: ['id'], onDelete: 'cascade', onUpdate: 'none' },
    },
  ],
  given: { parents: [{ id: 1n }, { id: 2n }] },
  when: [
    tx(
      put({ children: [1n, 2n, 3n, 4n].map((id) => ({ id, parent_id: 1n })) }),
      remove({ parents: [{ id: 1n }] }),
      put({ children: [{ id: 9n, parent_id: 2n }] }),
    ),
  ],
  readModel: { parents: [{ id: 2n }], children: [{ id: 9n, parent_id: 2n }] },
});

it('takes children that a transaction, handed out in parts, makes before it deletes their parent', async () => {
  await replay(families, { maxRows: 2 });
  await explore(families, { runs: 50, seed: 1 });
});
