import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestingAdmin, testingAdmin } from './testing-admin.ts';

let admin: TestingAdmin;
beforeEach(async () => {
  admin = await testingAdmin();
});
afterEach(() => admin[Symbol.asyncDispose]());

const get = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(admin.url + path, init);
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

describe('the page', () => {
  it('is there without a token, runs nothing inline or from elsewhere, and is framed by nobody', async () => {
    const { status, headers, text } = await get('/');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(text).not.toMatch(/<style|<script(?! type="module" src=)|\son\w+=|style=|(src|href)="(https?:)?\/\//i);
  });

  it('has all that it asks for, as JavaScript without types', async () => {
    const { text } = await get('/');
    const asked = [...text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => `/${path}`);
    expect(asked.sort()).toEqual(['/page/base.css', '/page/icon.svg', '/page/main.js', '/page/page.css']);
    const types: Record<string, string> = { svg: 'image/svg+xml', js: 'text/javascript', css: 'text/css' };
    for (const path of asked) {
      const { status, headers, text: body } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get('content-type')!.split(';')[0]).toBe(types[path.split('.').at(-1)!]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(body).not.toMatch(/^import type|: string\b/m);
      for (const [, name] of body.matchAll(/^import .* from '\.\/(.+)';$/gm))
        if (!asked.includes(`/page/${name}`)) asked.push(`/page/${name}`);
    }
    expect(asked.length).toBeGreaterThan(10);
  });

  it.each(['/page/tsconfig.json', '/page/main.ts', '/page/..%2faccess.ts', '/page/text.unit.test.js', '/page/'])(
    'has no %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it('is only read', async () => {
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    expect((await get('/', { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a page of somebody else in the same browser', () => {
  it('has no token, and cannot send one: a request with one is asked for beforehand, and not allowed', async () => {
    const origin = { origin: 'http://evil.example', 'content-type': 'text/plain' };
    const body = JSON.stringify({ to: 'shadow' });
    expect((await get('/routes/accounts', { method: 'POST', headers: origin, body })).status).toBe(401);
    const headers = {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };
    const asked = await get('/routes/accounts', { method: 'OPTIONS', headers });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([405, null]);
    expect(admin.store.audits).toEqual([]);
  });
});
