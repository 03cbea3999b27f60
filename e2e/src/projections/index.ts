import { services } from '@banyan/cli';
import type { Projection } from '@banyan/kit';
import { cards } from './cards.ts';
import { ledger, night } from './ledger.ts';
import { letters, stamps } from './letters.ts';
import { orders } from './orders.ts';
import { proved } from './proved.ts';
import { things } from './things.ts';
import { trails } from './trails.ts';
import { values } from './values.ts';
import { webTrail } from './web-trail.ts';

/** The tests' own, and those of the services of the checkout: tests of the bridge want no service to be there. */
export async function allProjections(): Promise<Projection[]> {
  const own = [cards, ledger, night, letters, orders, proved, stamps, ...things, trails, values, webTrail];
  return [...own, ...(await services()).map(({ projection }) => projection)];
}

export async function projectionNamed(name: string): Promise<Projection> {
  const all = await allProjections();
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no projection ${name} among ${all.map((one) => one.name).join(', ')}`);
  return found;
}
