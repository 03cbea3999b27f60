-- What is done with accounts. Every movement of money is a row of transfers with two ledger lines; these tables say why.

CREATE TABLE IF NOT EXISTS account_holders (
  account_id  BIGINT                            NOT NULL,
  customer_id BIGINT                            NOT NULL,
  role        ENUM ('owner', 'joint', 'proxy')  NOT NULL,
  since       DATE                              NOT NULL,
  PRIMARY KEY (account_id, customer_id),
  KEY account_holders_customer (customer_id),
  CONSTRAINT holder_of_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT holder_is_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- The bank's own accounts, numbered below zero; they may go below zero. Several lanes, so that not all wait for one row.
CREATE TABLE IF NOT EXISTS internal_accounts (
  purpose    ENUM ('cards', 'cash', 'interest', 'fees') NOT NULL,
  currency   CHAR(3)                                    NOT NULL,
  lane       TINYINT UNSIGNED                           NOT NULL,
  account_id BIGINT                                     NOT NULL,
  PRIMARY KEY (purpose, currency, lane),
  UNIQUE KEY internal_accounts_account (account_id),
  CONSTRAINT internal_is_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS cards (
  id            BIGINT                                          NOT NULL AUTO_INCREMENT,
  customer_id   BIGINT                                          NOT NULL,
  account_id    BIGINT                                          NOT NULL,
  pan           CHAR(16) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  pan_last4     CHAR(4) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  holder_name   VARCHAR(40) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL,
  kind          ENUM ('debit', 'credit')                        NOT NULL,
  status        ENUM ('active', 'blocked', 'returned')          NOT NULL,
  expires_year  YEAR                                            NOT NULL,
  expires_month TINYINT UNSIGNED                                NOT NULL,
  contactless   TINYINT(1)                                      NOT NULL,
  features      BIT(8)                                          NOT NULL,
  daily_limit   DECIMAL(11, 2)                                  NOT NULL,
  issued_at     DATETIME                                        NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY cards_pan (pan),
  KEY cards_customer (customer_id),
  KEY cards_account (account_id),
  CONSTRAINT card_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT card_on_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- What follows an authorisation names it, and each kind of it comes once at most.
CREATE TABLE IF NOT EXISTS card_operations (
  id               BIGINT                                            NOT NULL AUTO_INCREMENT,
  card_id          BIGINT                                            NOT NULL,
  authorisation_id BIGINT                                            NULL,
  kind             ENUM ('authorise', 'settle', 'reverse', 'refund') NOT NULL,
  merchant_id      INT UNSIGNED                                      NULL,
  channel          ENUM ('chip', 'contactless', 'online', 'atm')     NOT NULL,
  place            VARCHAR(80)                                       NOT NULL,
  amount           DECIMAL(19, 4)                                    NOT NULL,
  currency         CHAR(3)                                           NOT NULL,
  transfer_id      BIGINT                                            NULL,
  at               DATETIME(6)                                       NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY card_operations_once (authorisation_id, kind),
  KEY card_operations_card (card_id),
  KEY card_operations_merchant (merchant_id),
  KEY card_operations_transfer (transfer_id),
  CONSTRAINT operation_of_card FOREIGN KEY (card_id) REFERENCES cards (id) ON DELETE CASCADE,
  CONSTRAINT operation_follows FOREIGN KEY (authorisation_id) REFERENCES card_operations (id) ON DELETE CASCADE,
  CONSTRAINT operation_at_merchant FOREIGN KEY (merchant_id) REFERENCES merchants (id) ON DELETE SET NULL,
  CONSTRAINT operation_moved FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Money that is promised to a merchant: there from the authorisation until it is settled or reversed.
CREATE TABLE IF NOT EXISTS card_holds (
  authorisation_id BIGINT         NOT NULL,
  account_id       BIGINT         NOT NULL,
  amount           DECIMAL(19, 4) NOT NULL,
  expires_at       DATETIME       NOT NULL,
  PRIMARY KEY (authorisation_id),
  KEY card_holds_account (account_id),
  CONSTRAINT hold_of_authorisation FOREIGN KEY (authorisation_id) REFERENCES card_operations (id) ON DELETE CASCADE,
  CONSTRAINT hold_on_account FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Weekdays from the right: Monday to Sunday; a due day that is not among them waits for the next that is.
CREATE TABLE IF NOT EXISTS standing_orders (
  id              BIGINT                              NOT NULL AUTO_INCREMENT,
  from_account_id BIGINT                              NOT NULL,
  to_account_id   BIGINT                              NOT NULL,
  amount          DECIMAL(19, 4)                      NOT NULL,
  purpose         VARCHAR(140)                        NULL,
  every           ENUM ('week', 'month', 'quarter')   NOT NULL,
  weekdays        BIT(7)                              NOT NULL,
  next_on         DATE                                NOT NULL,
  active          TINYINT(1)                          NOT NULL,
  PRIMARY KEY (id),
  KEY standing_orders_from (from_account_id),
  KEY standing_orders_to (to_account_id),
  KEY standing_orders_due (active, next_on),
  CONSTRAINT order_from_account FOREIGN KEY (from_account_id) REFERENCES accounts (id),
  CONSTRAINT order_to_account FOREIGN KEY (to_account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS standing_order_runs (
  standing_order_id BIGINT                                 NOT NULL,
  due_on            DATE                                   NOT NULL,
  outcome           ENUM ('booked', 'no funds', 'refused') NOT NULL,
  transfer_id       BIGINT                                 NULL,
  PRIMARY KEY (standing_order_id, due_on),
  KEY standing_order_runs_transfer (transfer_id),
  CONSTRAINT run_of_order FOREIGN KEY (standing_order_id) REFERENCES standing_orders (id) ON DELETE CASCADE,
  CONSTRAINT run_moved FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS statements (
  account_id      BIGINT                     NOT NULL,
  year            YEAR                       NOT NULL,
  number          SMALLINT(4) UNSIGNED ZEROFILL NOT NULL,
  opening_balance DECIMAL(19, 4)             NOT NULL,
  closing_balance DECIMAL(19, 4)             NOT NULL,
  last_line_id    BIGINT                     NOT NULL,
  sent_by         ENUM ('post', 'web')       NOT NULL,
  made_at         DATETIME                   NOT NULL,
  PRIMARY KEY (account_id, year, number),
  CONSTRAINT statement_of_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS statement_lines (
  account_id     BIGINT                        NOT NULL,
  year           YEAR                          NOT NULL,
  number         SMALLINT(4) UNSIGNED ZEROFILL NOT NULL,
  position       SMALLINT UNSIGNED             NOT NULL,
  ledger_line_id BIGINT                        NOT NULL,
  text           VARCHAR(160)                  NOT NULL,
  amount         DECIMAL(19, 4)                NOT NULL,
  PRIMARY KEY (account_id, year, number, position),
  UNIQUE KEY statement_lines_once (ledger_line_id),
  CONSTRAINT line_of_statement FOREIGN KEY (account_id, year, number)
    REFERENCES statements (account_id, year, number) ON DELETE CASCADE,
  CONSTRAINT line_of_ledger FOREIGN KEY (ledger_line_id) REFERENCES ledger_lines (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Interest of one day, not yet money: a nightly run adds it up and pays it.
CREATE TABLE IF NOT EXISTS interest_accruals (
  account_id BIGINT         NOT NULL,
  accrued_on DATE           NOT NULL,
  balance    DECIMAL(19, 4) NOT NULL,
  rate       DECIMAL(7, 4)  NOT NULL,
  amount     DECIMAL(19, 6) NOT NULL,
  PRIMARY KEY (account_id, accrued_on),
  CONSTRAINT accrual_of_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS fees_charged (
  account_id  BIGINT      NOT NULL,
  fee_code    VARCHAR(24) NOT NULL,
  currency    CHAR(3)     NOT NULL,
  charged_on  DATE        NOT NULL,
  transfer_id BIGINT      NOT NULL,
  PRIMARY KEY (account_id, fee_code, charged_on, transfer_id),
  KEY fees_charged_fee (fee_code, currency),
  UNIQUE KEY fees_charged_transfer (transfer_id),
  CONSTRAINT charge_to_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT charge_of_fee FOREIGN KEY (fee_code, currency) REFERENCES fees (code, currency) ON UPDATE CASCADE,
  CONSTRAINT charge_moved FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS batch_runs (
  id           INT(6) UNSIGNED ZEROFILL    NOT NULL AUTO_INCREMENT,
  kind         ENUM ('nightly', 'purge')   NOT NULL,
  business_day DATE                        NOT NULL,
  row_count    INT UNSIGNED                NOT NULL,
  report       JSON                        NOT NULL,
  ended_at     TIMESTAMP(6)                NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
