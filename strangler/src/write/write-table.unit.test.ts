import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { WriteRoute } from '../route/declaration.ts';
import { contact } from './testing-replica.ts';
import { WriteTable } from './write-table.ts';

const phone: WriteRoute = { ...contact, name: 'phone', method: 'POST', path: '/customers/{id}/phones' };
const table = new WriteTable([contact, phone]);
const asked = (method: string, url: string, headers: IncomingMessage['headers'] = {}) => {
  const found = table.match({ method, url, headers });
  return found && [found.route.name, found.request?.params ?? 'like'];
};

describe('the table of routes for writes', () => {
  it.each<[string, string, IncomingMessage['headers'], unknown]>([
    ['PUT', '/customers/7/contact', {}, ['contact', { id: '7' }]],
    ['POST', '/customers/7/phones', {}, ['phone', { id: '7' }]],
    ['PUT', '/customers/7/phones', {}, null],
    ['GET', '/customers/7/contact', {}, null],
    ['GET', '/customers/7/contact?x=1', {}, null],
    ['GET', '/customers/7/contact?_method=put', {}, ['contact', 'like']],
    ['GET', '/customers/7/contact', { 'x-http-method-override': ' put ' }, ['contact', 'like']],
    ['POST', '/customers/7/contact', { 'x-method-override': 'PUT' }, ['contact', 'like']],
    ['POST', '/customers/7/contact', { 'x-http-method': 'DELETE' }, null],
    ['POST', '/customers/7/phones', { 'x-http-method-override': 'DELETE' }, ['phone', 'like']],
    ['PUT', '/customers/0/contact', {}, ['contact', 'like']],
    ['PUT', '/customers/7/contact?', {}, ['contact', 'like']],
    ['PUT', 'http://bank/customers/7/contact', {}, ['contact', 'like']],
    ['PUT', '/customers/7/contact', { 'content-range': 'bytes 0-1/2' }, ['contact', 'like']],
    ['PUT', '/other', {}, null],
  ])('%s %s %j is %j', (method, url, headers, found) => {
    expect(asked(method, url, headers)).toEqual(found);
  });

  it('has no two routes that a write could be of', () => {
    const other = { ...contact, name: 'other', path: '/customers/me/{what}', params: {} };
    expect(() => new WriteTable([contact, other])).toThrow("a write could be one of 'contact' and of 'other'");
    expect(() => new WriteTable([contact, { ...other, method: 'PATCH' }])).not.toThrow();
    expect(() => new WriteTable([{ ...contact, path: 'x' }])).toThrow("'x' is no path");
  });
});
