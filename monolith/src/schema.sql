-- The bank's books. The four tables of old, money as DECIMAL(19,4), every time in UTC.
-- A balance is kept twice on purpose: on the account, and on each ledger line as the balance after it.

CREATE TABLE IF NOT EXISTS customers (
  id         BIGINT       NOT NULL AUTO_INCREMENT,
  name       VARCHAR(120) NOT NULL,
  email      VARCHAR(190) NOT NULL,
  city       VARCHAR(80)  NOT NULL,
  created_at DATETIME(6)  NOT NULL,
  PRIMARY KEY (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS accounts (
  id          BIGINT                      NOT NULL AUTO_INCREMENT,
  customer_id BIGINT                      NOT NULL,
  iban        VARCHAR(34)                 NOT NULL,
  kind        ENUM ('current', 'savings') NOT NULL,
  currency    CHAR(3)                     NOT NULL,
  balance     DECIMAL(19, 4)              NOT NULL,
  opened_at   DATETIME(6)                 NOT NULL,
  closed_at   DATETIME(6)                 NULL,
  PRIMARY KEY (id),
  UNIQUE KEY accounts_iban (iban),
  KEY accounts_customer (customer_id),
  CONSTRAINT accounts_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- The reference is compared byte by byte: "A1" and "a1" are two transfers.
CREATE TABLE IF NOT EXISTS transfers (
  id              BIGINT                       NOT NULL AUTO_INCREMENT,
  reference       CHAR(36) COLLATE utf8mb4_bin NOT NULL,
  from_account_id BIGINT                       NOT NULL,
  to_account_id   BIGINT                       NOT NULL,
  amount          DECIMAL(19, 4)               NOT NULL,
  purpose         VARCHAR(140)                 NULL,
  created_at      DATETIME(6)                  NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY transfers_reference (reference),
  KEY transfers_from (from_account_id),
  KEY transfers_to (to_account_id),
  CONSTRAINT transfers_from_account FOREIGN KEY (from_account_id) REFERENCES accounts (id),
  CONSTRAINT transfers_to_account FOREIGN KEY (to_account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- An opening balance is a line without a transfer.
CREATE TABLE IF NOT EXISTS ledger_lines (
  id            BIGINT         NOT NULL AUTO_INCREMENT,
  account_id    BIGINT         NOT NULL,
  transfer_id   BIGINT         NULL,
  amount        DECIMAL(19, 4) NOT NULL,
  balance_after DECIMAL(19, 4) NOT NULL,
  purpose       VARCHAR(140)   NULL,
  booked_at     DATETIME(6)    NOT NULL,
  PRIMARY KEY (id),
  KEY ledger_lines_account (account_id, id),
  KEY ledger_lines_transfer (transfer_id),
  CONSTRAINT ledger_lines_of_account FOREIGN KEY (account_id) REFERENCES accounts (id),
  CONSTRAINT ledger_lines_of_transfer FOREIGN KEY (transfer_id) REFERENCES transfers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
