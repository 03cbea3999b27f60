import { services } from '@banyan/cli';
import type { Projection } from '@banyan/kit';
import { cards } from './cards.ts';
import { ledger, night } from './ledger.ts';
import { orders } from './orders.ts';
import { proved } from './proved.ts';
import { things } from './things.ts';
import { values } from './values.ts';
import { webTrail } from './web-trail.ts';

/** One of the tests' own, or that of a service of the checkout: tests of the bridge want no service to be there. */
export async function projectionNamed(name: string): Promise<Projection> {
  const all = [
    cards,
    ledger,
    night,
    orders,
    proved,
    ...things,
    values,
    webTrail,
    ...(await services()).map(({ projection }) => projection),
  ];
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no projection ${name} among ${all.map((one) => one.name).join(', ')}`);
  return found;
}
