// Made from schemas/avro by: banyan schemas capture. Not to be edited.

/** A row of bank.accounts. */
export type BankAccountsRow = {
  readonly id: bigint;
  readonly customer_id: bigint;
  readonly iban: string;
  /** one of current, savings */
  readonly kind: string;
  readonly currency: string;
  /** decimal(19,4) */
  readonly balance: string;
  /** as in 2026-02-28 08:30:00.000000 */
  readonly opened_at: string;
  /** as in 2026-02-28 08:30:00.000000 */
  readonly closed_at: string | null;
};

/** The key of bank.accounts. */
export type BankAccountsKey = {
  readonly id: bigint;
};

/** A row of bank.addresses. */
export type BankAddressesRow = {
  readonly customer_id: bigint;
  /** one of home, post, work */
  readonly kind: string;
  readonly street: string;
  readonly postcode: string;
  readonly city: string;
  readonly country_code: string;
  /** as in 2026-02-28 */
  readonly since: string;
};

/** The key of bank.addresses. */
export type BankAddressesKey = {
  readonly customer_id: bigint;
  /** one of home, post, work */
  readonly kind: string;
};

/** A row of bank.card_operations. */
export type BankCardOperationsRow = {
  readonly id: bigint;
  readonly card_id: bigint;
  readonly authorisation_id: bigint | null;
  /** one of authorise, settle, reverse, refund */
  readonly kind: string;
  readonly merchant_id: bigint | null;
  /** one of chip, contactless, online, atm */
  readonly channel: string;
  readonly place: string;
  /** decimal(19,4) */
  readonly amount: string;
  readonly currency: string;
  readonly transfer_id: bigint | null;
  /** as in 2026-02-28 08:30:00.000000 */
  readonly at: string;
};

/** The key of bank.card_operations. */
export type BankCardOperationsKey = {
  readonly id: bigint;
};

/** A row of bank.cards. */
export type BankCardsRow = {
  readonly id: bigint;
  readonly customer_id: bigint;
  readonly account_id: bigint;
  readonly pan_last4: string;
  readonly holder_name: string;
  /** one of debit, credit */
  readonly kind: string;
  /** one of active, blocked, returned */
  readonly status: string;
  /** year */
  readonly expires_year: number;
  readonly expires_month: number;
  readonly contactless: number;
  /** bits, big-endian */
  readonly features: Uint8Array;
  /** decimal(11,2) */
  readonly daily_limit: string;
  /** as in 2026-02-28 08:30:00.000 */
  readonly issued_at: string;
};

/** The key of bank.cards. */
export type BankCardsKey = {
  readonly id: bigint;
};

/** A row of bank.customer_profiles. */
export type BankCustomerProfilesRow = {
  readonly customer_id: bigint;
  /** one of prospect, active, closed */
  readonly status: string;
  /** one of , Ms, Mr, Dr */
  readonly salutation: string;
  /** as in 2026-02-28 */
  readonly birth_date: string | null;
  readonly branch_code: string;
  readonly advisor_id: bigint | null;
  readonly language: string;
  readonly marketing: number;
  readonly risk: number;
  /** as in 2026-02-28 */
  readonly closed_on: string | null;
  readonly revision: bigint;
  /** as in 2026-02-28 08:30:00, UTC */
  readonly changed_at: string;
};

/** The key of bank.customer_profiles. */
export type BankCustomerProfilesKey = {
  readonly customer_id: bigint;
};

/** A row of bank.customers. */
export type BankCustomersRow = {
  readonly id: bigint;
  readonly name: string;
  readonly email: string;
  readonly city: string;
  /** as in 2026-02-28 08:30:00.000000 */
  readonly created_at: string;
};

/** The key of bank.customers. */
export type BankCustomersKey = {
  readonly id: bigint;
};

/** A row of bank.ledger_lines. */
export type BankLedgerLinesRow = {
  readonly id: bigint;
  readonly account_id: bigint;
  readonly transfer_id: bigint | null;
  /** decimal(19,4) */
  readonly amount: string;
  /** decimal(19,4) */
  readonly balance_after: string;
  readonly purpose: string | null;
  /** as in 2026-02-28 08:30:00.000000 */
  readonly booked_at: string;
};

/** The key of bank.ledger_lines. */
export type BankLedgerLinesKey = {
  readonly id: bigint;
};

/** A row of bank.merchants. */
export type BankMerchantsRow = {
  readonly id: bigint;
  readonly category_code: number;
  readonly name: string;
  readonly city: string;
  readonly country_code: string;
  /** one of chip, contactless, online, atm */
  readonly channels: string;
  readonly discount: number;
};

/** The key of bank.merchants. */
export type BankMerchantsKey = {
  readonly id: bigint;
};

/** Row types by `database.table`. */
export interface Rows {
  readonly 'bank.accounts': BankAccountsRow;
  readonly 'bank.addresses': BankAddressesRow;
  readonly 'bank.card_operations': BankCardOperationsRow;
  readonly 'bank.cards': BankCardsRow;
  readonly 'bank.customer_profiles': BankCustomerProfilesRow;
  readonly 'bank.customers': BankCustomersRow;
  readonly 'bank.ledger_lines': BankLedgerLinesRow;
  readonly 'bank.merchants': BankMerchantsRow;
}

/** BEGIN and END of every transaction. */
export const transactionTopic = 'bank.transaction';

/** The captured tables by `database.table`: topic, subjects, and what each column is in JavaScript. */
export const tables = {
  'bank.accounts': {
    topic: 'bank.bank.accounts',
    keySubject: 'bank.bank.accounts-key',
    valueSubject: 'bank.bank.accounts-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      customer_id: { type: 'bigint', nullable: false },
      iban: { type: 'string', nullable: false },
      kind: { type: 'string', nullable: false },
      currency: { type: 'string', nullable: false },
      balance: { type: 'string', nullable: false },
      opened_at: { type: 'string', nullable: false },
      closed_at: { type: 'string', nullable: true },
    },
  },
  'bank.addresses': {
    topic: 'bank.bank.addresses',
    keySubject: 'bank.bank.addresses-key',
    valueSubject: 'bank.bank.addresses-value',
    columns: {
      customer_id: { type: 'bigint', nullable: false },
      kind: { type: 'string', nullable: false },
      street: { type: 'string', nullable: false },
      postcode: { type: 'string', nullable: false },
      city: { type: 'string', nullable: false },
      country_code: { type: 'string', nullable: false },
      since: { type: 'string', nullable: false },
    },
  },
  'bank.card_operations': {
    topic: 'bank.bank.card_operations',
    keySubject: 'bank.bank.card_operations-key',
    valueSubject: 'bank.bank.card_operations-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      card_id: { type: 'bigint', nullable: false },
      authorisation_id: { type: 'bigint', nullable: true },
      kind: { type: 'string', nullable: false },
      merchant_id: { type: 'bigint', nullable: true },
      channel: { type: 'string', nullable: false },
      place: { type: 'string', nullable: false },
      amount: { type: 'string', nullable: false },
      currency: { type: 'string', nullable: false },
      transfer_id: { type: 'bigint', nullable: true },
      at: { type: 'string', nullable: false },
    },
  },
  'bank.cards': {
    topic: 'bank.bank.cards',
    keySubject: 'bank.bank.cards-key',
    valueSubject: 'bank.bank.cards-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      customer_id: { type: 'bigint', nullable: false },
      account_id: { type: 'bigint', nullable: false },
      pan_last4: { type: 'string', nullable: false },
      holder_name: { type: 'string', nullable: false },
      kind: { type: 'string', nullable: false },
      status: { type: 'string', nullable: false },
      expires_year: { type: 'number', nullable: false },
      expires_month: { type: 'number', nullable: false },
      contactless: { type: 'number', nullable: false },
      features: { type: 'Uint8Array', nullable: false },
      daily_limit: { type: 'string', nullable: false },
      issued_at: { type: 'string', nullable: false },
    },
  },
  'bank.customer_profiles': {
    topic: 'bank.bank.customer_profiles',
    keySubject: 'bank.bank.customer_profiles-key',
    valueSubject: 'bank.bank.customer_profiles-value',
    columns: {
      customer_id: { type: 'bigint', nullable: false },
      status: { type: 'string', nullable: false },
      salutation: { type: 'string', nullable: false },
      birth_date: { type: 'string', nullable: true },
      branch_code: { type: 'string', nullable: false },
      advisor_id: { type: 'bigint', nullable: true },
      language: { type: 'string', nullable: false },
      marketing: { type: 'number', nullable: false },
      risk: { type: 'number', nullable: false },
      closed_on: { type: 'string', nullable: true },
      revision: { type: 'bigint', nullable: false },
      changed_at: { type: 'string', nullable: false },
    },
  },
  'bank.customers': {
    topic: 'bank.bank.customers',
    keySubject: 'bank.bank.customers-key',
    valueSubject: 'bank.bank.customers-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      name: { type: 'string', nullable: false },
      email: { type: 'string', nullable: false },
      city: { type: 'string', nullable: false },
      created_at: { type: 'string', nullable: false },
    },
  },
  'bank.ledger_lines': {
    topic: 'bank.bank.ledger_lines',
    keySubject: 'bank.bank.ledger_lines-key',
    valueSubject: 'bank.bank.ledger_lines-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      account_id: { type: 'bigint', nullable: false },
      transfer_id: { type: 'bigint', nullable: true },
      amount: { type: 'string', nullable: false },
      balance_after: { type: 'string', nullable: false },
      purpose: { type: 'string', nullable: true },
      booked_at: { type: 'string', nullable: false },
    },
  },
  'bank.merchants': {
    topic: 'bank.bank.merchants',
    keySubject: 'bank.bank.merchants-key',
    valueSubject: 'bank.bank.merchants-value',
    columns: {
      id: { type: 'bigint', nullable: false },
      category_code: { type: 'number', nullable: false },
      name: { type: 'string', nullable: false },
      city: { type: 'string', nullable: false },
      country_code: { type: 'string', nullable: false },
      channels: { type: 'string', nullable: false },
      discount: { type: 'number', nullable: false },
    },
  },
} as const;
