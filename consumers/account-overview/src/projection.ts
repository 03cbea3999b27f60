import { query } from '@banyan/kit';

/**
 * Per account and calendar month: the balance after its last line, what came in and went out, where most was paid by card, and how
 * many cards the account has. The bank's own accounts, whose ids are below zero, are left out.
 */
export const projection = query({
  name: 'account-overview',
  from: {
    customers: { source: 'bank.customers', key: ['id'], columns: { id: 'bigint' } },
    accounts: {
      source: 'bank.accounts',
      key: ['id'],
      columns: { id: 'bigint', customer_id: 'bigint', kind: "enum('current','savings')", currency: 'char(3)' },
    },
    ledger_lines: {
      source: 'bank.ledger_lines',
      key: ['id'],
      columns: {
        id: 'bigint',
        account_id: 'bigint',
        amount: 'decimal(19,4)',
        balance_after: 'decimal(19,4)',
        booked_at: 'datetime(6)',
      },
      indexes: [['account_id', 'booked_at']],
    },
    cards: {
      source: 'bank.cards',
      key: ['id'],
      columns: {
        id: 'bigint',
        customer_id: 'bigint',
        account_id: 'bigint',
        status: "enum('active','blocked','returned')",
      },
      indexes: [['account_id'], ['customer_id']],
    },
    card_operations: {
      source: 'bank.card_operations',
      key: ['id'],
      columns: {
        id: 'bigint',
        card_id: 'bigint',
        authorisation_id: 'bigint',
        kind: "enum('authorise','settle','reverse','refund')",
        merchant_id: 'int unsigned',
        amount: 'decimal(19,4)',
        at: 'datetime(6)',
      },
      indexes: [['card_id'], ['authorisation_id'], ['merchant_id']],
    },
    merchants: {
      source: 'bank.merchants',
      key: ['id'],
      columns: { id: 'int unsigned', name: 'varchar(60) character set latin1 collate latin1_german1_ci' },
    },
  },
  tables: {
    account_months: {
      path: '/account-months',
      key: ['account_id', 'month'],
      owner: 'customer_id',
      filters: ['month', 'customer_id'],
      group: ['account_id', 'month'],
      columns: {
        account_id: 'bigint',
        month: 'char(7) collate utf8mb4_bin',
        customer_id: 'bigint',
        kind: "enum('current','savings')",
        currency: 'char(3)',
        balance: 'decimal(19,4)',
        turnover_in: 'decimal(41,4)',
        turnover_out: 'decimal(41,4)',
        line_count: 'bigint',
        largest_merchant: 'varchar(60)',
        active_cards: 'bigint',
      },
      select: `
          SELECT m.account_id, m.month, a.customer_id, a.kind, a.currency,
                 last.balance_after AS balance, m.turnover_in, m.turnover_out, m.line_count,
                 (SELECT r.name
                  FROM cards k JOIN card_operations o ON o.card_id = k.id JOIN merchants r ON r.id = o.merchant_id
                  WHERE k.account_id = m.account_id AND o.kind = 'settle' AND DATE_FORMAT(o.at, '%Y-%m') = m.month
                  GROUP BY r.id, r.name ORDER BY SUM(o.amount) DESC, r.id LIMIT 1) AS largest_merchant,
                 (SELECT COUNT(*) FROM cards k WHERE k.account_id = m.account_id AND k.status = 'active') AS active_cards
          FROM (SELECT account_id, DATE_FORMAT(booked_at, '%Y-%m') AS month, MAX(id) AS last_line, COUNT(*) AS line_count,
                       SUM(CASE WHEN amount > 0 THEN amount ELSE 0 END) AS turnover_in,
                       SUM(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS turnover_out
                FROM ledger_lines
                WHERE account_id > 0
                GROUP BY account_id, DATE_FORMAT(booked_at, '%Y-%m')) m
          JOIN ledger_lines last ON last.id = m.last_line
          JOIN accounts a ON a.id = m.account_id`,
      dirty: {
        customers: 'none',
        ledger_lines: "SELECT account_id, DATE_FORMAT(booked_at, '%Y-%m') AS month FROM changed WHERE account_id > 0",
        accounts: `
            SELECT l.account_id, DATE_FORMAT(l.booked_at, '%Y-%m') AS month
            FROM changed a JOIN ledger_lines l ON l.account_id = a.id
            WHERE a.id > 0
            GROUP BY l.account_id, DATE_FORMAT(l.booked_at, '%Y-%m')`,
        cards: `
            SELECT l.account_id, DATE_FORMAT(l.booked_at, '%Y-%m') AS month
            FROM changed k JOIN ledger_lines l ON l.account_id = k.account_id
            GROUP BY l.account_id, DATE_FORMAT(l.booked_at, '%Y-%m')`,
        card_operations: `
            SELECT k.account_id, DATE_FORMAT(o.at, '%Y-%m') AS month
            FROM changed o JOIN cards k ON k.id = o.card_id
            WHERE o.kind = 'settle'`,
        merchants: `
            SELECT k.account_id, DATE_FORMAT(o.at, '%Y-%m') AS month
            FROM changed r JOIN card_operations o ON o.merchant_id = r.id JOIN cards k ON k.id = o.card_id
            GROUP BY k.account_id, DATE_FORMAT(o.at, '%Y-%m')`,
      },
    },
  },
});
