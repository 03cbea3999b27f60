import type { Answer, WriteRequest, WriteRoute } from '@banyan/strangler';
import { id, isLine, json, refused } from './answers.ts';

const mostEmail = 190;
const mostCity = 80;

/** Where somebody can be reached, owned by the service `customer-contacts` once it has moved. */
export const contact: WriteRoute = {
  name: 'contact',
  method: 'PUT',
  path: '/customers/{id}/contact',
  params: { id: /[1-9][0-9]{0,17}/ },
  owner: { service: 'customer-contacts', table: 'customers' },
  write: async (request, patch) => {
    const unreadable = unreadableOf(request);
    if (unreadable) return unreadable;
    const contact = contactOf(request.body);
    if (typeof contact === 'string') return refused(400, 'bad_request', contact);
    const customer = request.params.id!;
    const { status, body } = await patch(customer, { ...contact });
    if (status === 404) return refused(404, 'unknown_customer', `there is no customer ${customer}; check the number`);
    // In dispute with a rogue write, say: its client asks again, and somebody decides meanwhile.
    if (status !== 200) throw new Error(`the service answered ${status} ${body?.detail ?? ''}`);
    return json({ customerId: id(customer), email: body.data.email, city: body.data.city });
  },
};

/** What Express says of a body that it does not read. */
function unreadableOf({ noBody }: WriteRequest): Answer | null {
  if (noBody === 'too-large')
    return refused(413, 'bad_request', 'the request cannot be read: request entity too large');
  if (noBody === 'no-json')
    return refused(400, 'bad_request', 'the request cannot be read: its body is not valid JSON');
  return null;
}

/** The bank's own rules in its own words: what is wrong as text. */
function contactOf(body: unknown): { readonly email: string; readonly city: string } | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return wrong('the body must be a JSON object sent with Content-Type: application/json', body);
  const unknown = Object.keys(body).find((key) => key !== 'email' && key !== 'city');
  if (unknown !== undefined) return wrong('the body may have email, city and no other field', unknown);
  const { email, city } = body as Readonly<Record<string, unknown>>;
  if (!isLine(email, mostEmail) || !/^[^\s@]+@[^\s@]+$/.test(email))
    return wrong(`email must be an address of at most ${mostEmail} characters`, email);
  if (!isLine(city, mostCity) || city.trim() !== city)
    return wrong(`city must be text of 1 to ${mostCity} characters without blanks around it`, city);
  return { email, city };
}

function wrong(what: string, value: unknown): string {
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return `${what}, got ${shown.length > 80 ? `${shown.slice(0, 80)}…` : shown}`;
}
