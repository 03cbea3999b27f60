import { describe, expect, it } from '@jest/globals';
import { Mask } from './mask.ts';

const bytes = (text: string) => Buffer.from(text);

describe('a masked sample', () => {
  it('has other texts, the same for the same text: keys still fit', () => {
    const mask = new Mask();
    const name = mask.value('name', 'varchar(40)', bytes('Anna Müller-31'));
    expect(name).toMatch(/^[A-Z][a-z]{3} [A-Z][a-z]{5}-\d\d$/);
    expect(name).not.toContain('Anna');
    expect(mask.value('sku', 'char(20) collate latin1_bin', bytes('Anna Müller-31'))).toBe(name);
    expect(new Mask().value('name', 'text', bytes('Anna Müller-31'))).toBe(name);
  });

  it('makes no two keys one', () => {
    const mask = new Mask();
    const codes = Array.from({ length: 26 }, (_, index) => `${String.fromCharCode(65 + index)}`);
    expect(new Set(codes.map((code) => mask.text(code))).size).toBe(26);
  });

  it('keeps what the SELECT compares with, members of an ENUM, numbers, NULL and days; of a birth the year alone', () => {
    const mask = new Mask(['de']);
    expect(mask.value('lang', 'char(2)', bytes('de'))).toBe('de');
    expect(mask.value('kind', "enum('home','work')", bytes('home'))).toBe('home');
    expect(mask.value('id', 'bigint(20) unsigned', bytes('18446744073709551615'))).toBe(18446744073709551615n);
    expect(mask.value('n', 'int(11)', bytes('-3'))).toBe(-3);
    expect(mask.value('rating', 'float', bytes('1.1'))).toBe(Math.fround(1.1));
    expect(mask.value('net', 'decimal(9,2)', bytes('1.50'))).toBe('1.50');
    expect(mask.value('at', 'datetime(6)', bytes('2024-02-03 04:05:06.000007'))).toBe('2024-02-03 04:05:06.000007');
    expect(mask.value('birth_date', 'date', bytes('1971-08-09'))).toBe('1971-01-01');
    expect(mask.value('name', 'varchar(9)', null)).toBeNull();
    expect(mask.value('doc', 'json', bytes('{"name": "Anna"}'))).toBe('{}');
  });

  it('has other bytes, as many where the type wants them', () => {
    const mask = new Mask();
    expect(mask.value('token', 'binary(16)', Buffer.alloc(16, 7))).toHaveLength(16);
    expect(mask.value('photo', 'mediumblob', Buffer.alloc(1000, 7))).toHaveLength(8);
  });
});
