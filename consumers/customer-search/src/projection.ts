import { query } from '@banyan/kit';

/**
 * Customers as a clerk looks for them: with home address, standing and number of accounts; and by how their names begin, a row for
 * each beginning, so that one index finds it.
 */
export const projection = query({
  name: 'customer-search',
  from: {
    customers: {
      source: 'bank.customers',
      key: ['id'],
      columns: {
        id: 'bigint',
        name: 'varchar(120)',
        email: 'varchar(190)',
        city: 'varchar(80)',
        created_at: 'datetime(6)',
      },
    },
    addresses: {
      source: 'bank.addresses',
      key: ['customer_id', 'kind'],
      columns: {
        customer_id: 'bigint',
        kind: "enum('home','post','work') collate utf8mb4_unicode_ci",
        street: 'varchar(120)',
        postcode: 'varchar(10)',
      },
    },
    customer_profiles: {
      source: 'bank.customer_profiles',
      key: ['customer_id'],
      columns: { customer_id: 'bigint', status: "enum('prospect','active','closed')", birth_date: 'date' },
    },
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      columns: { id: 'bigint', customer_id: 'bigint', closed_at: 'datetime(6)' },
    },
  },
  tables: {
    found_customers: {
      path: '/customers',
      key: ['customer_id'],
      group: ['customer_id'],
      owner: 'customer_id',
      filters: ['name', 'city', 'postcode', 'status'],
      columns: {
        customer_id: 'bigint',
        name: 'varchar(120)',
        email: 'varchar(190)',
        city: 'varchar(80)',
        street: 'varchar(120)',
        postcode: 'varchar(10)',
        status: "enum('prospect','active','closed')",
        birth_date: 'date',
        created_at: 'datetime(6)',
        open_accounts: 'bigint',
      },
      select: `
          SELECT c.id AS customer_id, c.name, c.email, c.city, h.street, h.postcode, p.status, p.birth_date, c.created_at,
                 (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = c.id AND a.closed_at IS NULL) AS open_accounts
          FROM customers c
          LEFT JOIN addresses h ON h.customer_id = c.id AND h.kind = 'home'
          LEFT JOIN customer_profiles p ON p.customer_id = c.id`,
      dirty: {
        customers: { customer_id: 'id' },
        addresses: { customer_id: 'customer_id' },
        customer_profiles: { customer_id: 'customer_id' },
        accounts: { customer_id: 'customer_id' },
      },
    },
    name_beginnings: {
      path: '/name-beginnings',
      key: ['customer_id', 'characters'],
      group: ['customer_id'],
      owner: 'customer_id',
      filters: ['beginning', 'characters'],
      columns: {
        customer_id: 'bigint',
        characters: 'int',
        // Equal is what the bank's own collation takes for equal.
        beginning: 'varchar(120) collate utf8mb4_unicode_ci',
        name: 'varchar(120)',
        email: 'varchar(190)',
        city: 'varchar(80)',
      },
      select: `
          WITH RECURSIVE lengths AS (SELECT 1 AS characters UNION ALL SELECT characters + 1 FROM lengths WHERE characters < 120)
          SELECT c.id AS customer_id, l.characters, LEFT(c.name, l.characters) AS beginning, c.name, c.email, c.city
          FROM customers c JOIN lengths l ON l.characters <= CHAR_LENGTH(c.name)`,
      dirty: {
        customers: { customer_id: 'id' },
        addresses: 'none',
        customer_profiles: 'none',
        accounts: 'none',
      },
    },
  },
});
