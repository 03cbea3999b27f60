import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSecretKey, maskSecrets, maskText } from './mask.ts';
import { plainSecret, Secret, secretRef } from './secret.ts';

describe('a Secret', () => {
  it('is a reference in the worker’s notation', () => {
    expect(Secret.reveal(secretRef('file', '/run/bank.properties', 'password'))).toBe(
      `\${file:/run/bank.properties:password}`,
    );
    expect(Secret.reveal(secretRef('env', 'BANK_PASSWORD'))).toBe(`\${env:BANK_PASSWORD}`);
  });

  it.each([
    ['', '/p', 'k'],
    ['file', '', 'k'],
    ['file', '/p', ''],
    ['file', 'C:/p', 'k'],
    ['fi:le', '/p', 'k'],
    ['file', '/p', 'k}'],
    ['file', '/p\n', 'k'],
  ])('refuses the reference %j %j %j, which the worker would cut elsewhere', (provider, path, key) => {
    expect(() => secretRef(provider, path, key)).toThrow(expect.objectContaining({ code: 'invalid-config' }));
  });

  it('is read by the worker as provider, path and key, whatever they are', () => {
    // The pattern of Kafka's ConfigTransformer.
    const pattern = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/;
    const part = fc.stringMatching(/^[\w./@ -]+$/);
    fc.assert(
      fc.property(part, part, fc.stringMatching(/^[\w./:@ -]+$/), (provider, path, key) => {
        const [whole, found, , foundPath, foundKey] = pattern.exec(Secret.reveal(secretRef(provider, path, key))) ?? [];
        expect([whole, found, foundPath, foundKey]).toEqual([`\${${provider}:${path}:${key}}`, provider, path, key]);
      }),
    );
  });

  it('shows itself to nobody', () => {
    const secret = plainSecret('hunter2');
    expect(
      [String(secret), JSON.stringify({ secret }), inspect(secret), inspect({ secret }, { showHidden: true })].join(),
    ).not.toContain('hunter2');
  });

  it('refuses a plain text that is empty or a reference', () => {
    expect(() => plainSecret('')).toThrow('is empty');
    expect(() => plainSecret(`\${file:/p:k}`)).toThrow('use secretRef');
  });
});

describe('masking', () => {
  const secretKeys = [
    'database.password',
    'database.ssl.keystore.password',
    'producer.override.sasl.jaas.config',
    'value.converter.basic.auth.user.info',
    'value.converter.apicurio.auth.client.secret',
    'some.token',
  ];

  it.each(secretKeys)('%s is a secret', (key) => {
    expect(isSecretKey(key)).toBe(true);
    expect(maskSecrets({ [key]: 'hunter2' })).toEqual({ [key]: '***' });
  });

  it.each(['database.user', 'sasl.oauthbearer.token.endpoint.url', 'topic.prefix'])('%s is none', (key) => {
    expect(isSecretKey(key)).toBe(false);
  });

  it('leaves a reference readable, but not a value with one inside', () => {
    const config = {
      'database.password': `\${file:/p:k}`,
      'sasl.jaas.config': `password="\${file:/p:k}" other="hunter2"`,
    };
    expect(maskSecrets(config)).toEqual({ 'database.password': `\${file:/p:k}`, 'sasl.jaas.config': '***' });
  });

  it('cuts every secret out of any text', () => {
    const secret = fc.string({ minLength: 1 }).filter((text) => !text.includes('*') && !text.startsWith('${'));
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), secret, (before, first, after, second) => {
        const masked = maskText(`${before}${first}${after}${second}`, { 'a.password': first, 'b.secret': second });
        const left = masked.split('***').filter((piece) => piece.includes(first) || piece.includes(second));
        expect(left).toEqual([]);
      }),
    );
  });
});
