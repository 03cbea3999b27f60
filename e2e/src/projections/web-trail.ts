import { query } from '@banyan/kit';

const branchCode = 'varchar(24) collate utf8mb4_unicode_ci';

/** What customers did on the bank's pages. Customers take logins, sessions and actions with them; branches hand on their codes. */
export const webTrail = query({
  name: 'web-trail',
  from: {
    customers: { source: 'bank.customers', key: ['id'], columns: { id: 'bigint' } },
    branches: { source: 'bank.branches', key: ['code'], columns: { code: branchCode, city: 'varchar(80)' } },
    customer_profiles: {
      source: 'bank.customer_profiles',
      key: ['customer_id'],
      path: '/profiles',
      owner: 'customer_id',
      columns: { customer_id: 'bigint', branch_code: branchCode },
    },
    web_logins: { source: 'bank.web_logins', key: ['id'], columns: { id: 'bigint', customer_id: 'bigint' } },
    web_sessions: { source: 'bank.web_sessions', key: ['id'], columns: { id: 'bigint', web_login_id: 'bigint' } },
    page_actions: {
      source: 'bank.page_actions',
      key: ['id'],
      path: '/page-actions',
      columns: { id: 'bigint', web_session_id: 'bigint', action: 'varchar(40)' },
    },
  },
  tables: {
    web_trails: {
      path: '/web-trails',
      key: ['customer_id'],
      owner: 'customer_id',
      group: ['customer_id'],
      columns: {
        customer_id: 'bigint',
        branch_code: 'varchar(24)',
        branch_city: 'varchar(80)',
        session_count: 'bigint',
        action_count: 'bigint',
      },
      select: `
          SELECT c.id AS customer_id, p.branch_code, b.city AS branch_city,
                 (SELECT COUNT(*) FROM web_logins l JOIN web_sessions s ON s.web_login_id = l.id
                   WHERE l.customer_id = c.id) AS session_count,
                 (SELECT COUNT(*) FROM web_logins l JOIN web_sessions s ON s.web_login_id = l.id
                    JOIN page_actions a ON a.web_session_id = s.id WHERE l.customer_id = c.id) AS action_count
          FROM customers c
          JOIN customer_profiles p ON p.customer_id = c.id
          JOIN branches b ON b.code = p.branch_code`,
      dirty: {
        customers: { customer_id: 'id' },
        customer_profiles: { customer_id: 'customer_id' },
        branches: 'SELECT p.customer_id FROM customer_profiles p JOIN changed b ON b.code = p.branch_code',
        web_logins: { customer_id: 'customer_id' },
        web_sessions: 'SELECT l.customer_id FROM web_logins l JOIN changed s ON s.web_login_id = l.id',
        page_actions: `
            SELECT l.customer_id FROM web_logins l JOIN web_sessions s ON s.web_login_id = l.id
            JOIN changed a ON a.web_session_id = s.id`,
      },
    },
  },
});
