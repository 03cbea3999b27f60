import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { propertiesFile } from './properties.ts';

/** The value rules of java.util.Properties.load. */
function valueIn(line: string): string {
  const raw = line.slice(line.indexOf('=') + 1).replace(/^[ \t\f]+/, '');
  return raw.replace(/\\(u[0-9a-f]{4}|.)/gs, (_, code: string) =>
    /^u....$/.test(code) ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : code,
  );
}

describe('propertiesFile', () => {
  it('is one plain line for each entry', () => {
    expect(propertiesFile({ 'node.id': 1, 'log.dirs': '/a b/log', enabled: false })).toBe(
      'node.id=1\nlog.dirs=/a b/log\nenabled=false\n',
    );
  });

  it('brings every value through Java’s reader unchanged, in Latin-1 and in one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = propertiesFile({ key: value });
        expect(text).toMatch(/^[\x20-\x7e]*\n$/);
        expect(valueIn(text.slice(0, -1))).toBe(value);
      }),
    );
  });
});
