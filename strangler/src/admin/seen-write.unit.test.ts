import { createRegistry } from '@banyan/kit';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { noCounts } from '../state/evidence.ts';
import { eventually } from '../state/testing-eventually.ts';
import { TestingMemory } from '../write/testing-memory.ts';
import { contact, type TestingReplica } from '../write/testing-replica.ts';
import { TestingWorld } from '../write/testing-world.ts';
import { seenRoutes } from './seen-routes.ts';
import { writeMetrics } from './write-metrics.ts';

let world: TestingWorld;
let one: TestingReplica;
beforeEach(async () => {
  const memory = new TestingMemory('contact');
  world = await TestingWorld.open({ replica: (name) => memory.replica(name), close: async () => {} });
  one = await world.replica();
  await one.open.owners.ask();
});
afterEach(() => world.close());

const seen = async () => {
  const evidence = { counts: async () => new Map([['contact', noCounts]]) };
  const standings = { all: () => [one.standing] };
  const ports = { routes: [contact], writes: one.open, store: world.stored(), watch: one.watch, evidence, standings };
  return (await seenRoutes(ports)).routes[0]!;
};

it('a route for writes is shown with its owner, its epoch, what is on its way, and its last hold', async () => {
  expect(await seen()).toMatchObject({
    ...{ name: 'contact', kind: 'write', method: 'PUT', counts: null, isSetAside: false },
    state: { stage: 'monolith', phase: 'settled', ownerEpoch: 0, holdUntil: null },
    next: { stage: 'service', findings: [] },
    write: { owner: 'monolith', epoch: 0, waiting: 0, conflicts: 0, rogue: 0, silence: null, lastHoldMs: null },
  });
  await one.move('service');
  world.owner.conflicts = 2;
  world.owner.rogue = 1;
  await one.open.owners.ask();
  const after = await seen();
  expect(after).toMatchObject({
    state: { stage: 'service', ownerEpoch: 2 },
    next: {
      stage: 'retired',
      findings: [
        { rule: 'conflicts', figure: '2' },
        { rule: 'rogue', figure: '1' },
      ],
    },
    write: { owner: 'service', epoch: 2, conflicts: 2, rogue: 1, holds: 1, held: 0, refused: {} },
  });
  expect(after.write!.lastHoldMs).toBeGreaterThanOrEqual(0);
  world.owner.says = () => ({ status: 503, body: { type: 'x:filling', detail: 'so far' } });
  await one.open.owners.ask();
  expect(await seen()).toMatchObject({
    next: { stage: 'retired', findings: null },
    write: { owner: null, epoch: null, silence: expect.stringContaining('503 filling so far') },
  });
});

it('its metrics are those of this replica, and what the service says', async () => {
  const registry = createRegistry();
  const show = writeMetrics(registry);
  await one.move('service');
  await one.put('a');
  await one.put('a', { path: '/customers/7/contact/' });
  world.owner.waiting = 3;
  await one.open.owners.ask();
  show([contact], one.open);
  show([contact], one.open);
  const text = await registry.metrics();
  for (const line of [
    'banyan_route_holds_total{route="contact"} 1',
    'banyan_route_held_writes_total{route="contact"} 0',
    'banyan_route_service_writes_total{route="contact"} 1',
    'banyan_route_refused_writes_total{route="contact",code="unusual-write"} 1',
    'banyan_route_owner_waiting{route="contact"} 3',
    'banyan_route_owner_conflicts{route="contact"} 0',
    'banyan_route_owner_rogue_writes{route="contact"} 0',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/banyan_route_longest_hold_seconds\{route="contact"\} 0\.\d+/);
  await eventually('it is quiet', () => one.open.isQuiet());
});
