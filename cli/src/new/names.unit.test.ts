import { describe, expect, it } from '@jest/globals';
import { carriedType, looksSecret } from './column-types.ts';
import { identifierOf, pathOf } from './names.ts';

const column = (type: string, collation: string | null = null) => ({
  ...{ name: 'c', type, collation, isNullable: false, isGenerated: false },
});

describe('names of a declaration', () => {
  it('are paths in kebab case, each once', () => {
    expect(['Supplier Master', 'returnRequest', 'T_PO_HDR', '2nd try', 'Prüfung'].map((name) => pathOf(name))).toEqual([
      ...['/supplier-master', '/return-request', '/t-po-hdr', '/t-2nd-try', '/prufung'],
    ]);
    expect(pathOf('Order_Line', new Set(['/order-line', '/order-line-2']))).toBe('/order-line-3');
  });

  it('are the source’s where these are names in code', () => {
    expect(
      ['T_PO_HDR', 'Supplier No', 'Min. Order Value', 'Blocked?', '24h', '__proto__'].map((name) => identifierOf(name)),
    ).toEqual([...['T_PO_HDR', 'supplier_no', 'min_order_value', 'blocked', 'c_24h', 'proto']]);
    expect(identifierOf('E Mail', new Set(['E_MAIL']))).toBe('e_mail_2');
  });
});

describe('a column', () => {
  it.each([
    'passwd',
    'password_hash',
    'cardNumber',
    'API Key',
    'IBAN',
    'token',
    'session_token',
    'card_no',
    'PIN',
    'Social Security No',
  ])('%s looks like a secret', (name) => expect(looksSecret(name)).toBe(true));
  it.each(['pinned', 'compass', 'panel', 'spanish', 'saltiness', 'card_id', 'customer_no', 'keyword', 'discard'])(
    '%s does not',
    (name) => expect(looksSecret(name)).toBe(false),
  );

  it('has the type that it has in the source, or a reason why it is not carried', () => {
    expect(carriedType(column('varchar(9)', 'latin1_bin'), true)).toEqual({ type: 'varchar(9) collate latin1_bin' });
    expect(carriedType(column('year(4)'), true)).toEqual({ type: 'year' });
    expect(carriedType(column('uuid'), true)).toEqual({ type: 'char(36)' });
    expect(carriedType(column('inet6'), true)).toEqual({
      why: 'values of type inet6 are not carried; a column of type varchar(39) would be',
    });
    expect(carriedType(column('varchar(9) /*M!100301 COMPRESSED*/'), false)).toHaveProperty('why');
  });
});
