import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { portsFrom, readConfig } from './config.ts';

const defaults = { root: '/repo', purpose: 'demo', portBase: 27_600 };
const read = (env: NodeJS.ProcessEnv) => readConfig({ HOME: '/home/a', ...env }, defaults);

describe('readConfig', () => {
  it('has defaults for everything', () => {
    expect(read({})).toEqual({
      cacheDir: '/home/a/.cache/banyan',
      dataDir: '/repo/.banyan/demo',
      ports: {
        'source-db': 27600,
        'read-db': 27601,
        kafka: 27602,
        'kafka-controller': 27603,
        connect: 27604,
        registry: 27605,
        'registry-admin': 27606,
      },
    });
  });

  it('takes an empty variable for an unset one', () => {
    const empty = {
      BANYAN_CACHE: '',
      BANYAN_DATA: '',
      BANYAN_PORT_BASE: '',
      BANYAN_PORT_KAFKA: '',
      XDG_CACHE_HOME: '',
    };
    expect(read(empty)).toEqual(read({}));
  });

  it('follows XDG_CACHE_HOME when it is absolute, and BANYAN_CACHE before it', () => {
    expect(read({ XDG_CACHE_HOME: '/x' }).cacheDir).toBe('/x/banyan');
    expect(read({ XDG_CACHE_HOME: 'x' }).cacheDir).toBe('/home/a/.cache/banyan');
    expect(read({ XDG_CACHE_HOME: '/x', BANYAN_CACHE: '/y' }).cacheDir).toBe('/y');
  });

  it('moves all ports with the base and single ones by name', () => {
    const { ports } = read({ BANYAN_PORT_BASE: '30000', BANYAN_PORT_KAFKA_CONTROLLER: '40000' });
    expect([ports['source-db'], ports['kafka-controller'], ports['registry-admin']]).toEqual([30000, 40000, 30006]);
  });

  it.each(['80', '65501', 'abc', '27600.0', ' 27600', '0x6bd0', '-1', '1e4'])(
    'refuses the port %p, naming the variable',
    (text) => {
      expect(() => read({ BANYAN_PORT_REGISTRY_ADMIN: text })).toThrow(`BANYAN_PORT_REGISTRY_ADMIN is '${text}'`);
    },
  );

  it('refuses two parts on one port, naming both and what to change', () => {
    expect(() => read({ BANYAN_PORT_CONNECT: '27602' })).toThrow(
      'kafka and connect both have port 27602; change BANYAN_PORT_KAFKA or BANYAN_PORT_CONNECT',
    );
  });

  it.each([',', ':', ';', '*', '$', '\\', '\n'])('refuses a folder with %j in it, naming the variable', (character) => {
    expect(() => read({ BANYAN_DATA: `/a${character}b` })).toThrow('choose another one with BANYAN_DATA');
    expect(() => read({ BANYAN_CACHE: `/a${character}b` })).toThrow('choose another one with BANYAN_CACHE');
  });

  it('allows blanks and letters of all kinds in folders', () => {
    expect(read({ BANYAN_DATA: '/a b/ü' }).dataDir).toBe('/a b/ü');
  });
});

describe('portsFrom', () => {
  it('gives seven different ports or says which two are the same', () => {
    const port = fc.integer({ min: 30_000, max: 30_010 });
    const overrides = fc.record({ kafka: port, connect: port, registry: port }, { requiredKeys: [] });
    fc.assert(
      fc.property(port, overrides, (base, chosen) => {
        const wanted = [0, 1, 2, 3, 4, 5, 6].map((index) => base + index);
        for (const [name, index] of [
          ['kafka', 2],
          ['connect', 4],
          ['registry', 5],
        ] as const) {
          wanted[index] = chosen[name] ?? wanted[index]!;
        }
        if (new Set(wanted).size === 7) expect(Object.values(portsFrom(base, chosen))).toEqual(wanted);
        else expect(() => portsFrom(base, chosen)).toThrow(/ both have port 300\d\d; change BANYAN_PORT_/);
      }),
    );
  });
});
