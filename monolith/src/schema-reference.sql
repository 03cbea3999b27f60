-- What the bank refers to: countries, branches, staff, shops and prices. Old keys that people can read.

CREATE TABLE IF NOT EXISTS bank_settings (
  name       VARCHAR(40)  NOT NULL,
  value      VARCHAR(200) NOT NULL,
  changed_at TIMESTAMP    NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS countries (
  code        CHAR(2)             NOT NULL,
  name        VARCHAR(60)         NOT NULL,
  iban_length TINYINT(3) UNSIGNED NOT NULL,
  PRIMARY KEY (code)
) ENGINE = InnoDB DEFAULT CHARSET = latin1 COLLATE = latin1_german1_ci;

-- The code is a name that people type: "köln-1" and "KÖLN-1" are one branch. It changes now and then.
CREATE TABLE IF NOT EXISTS branches (
  code        VARCHAR(24)                                 NOT NULL,
  name        VARCHAR(80)                                 NOT NULL,
  city        VARCHAR(80)                                 NOT NULL,
  opened_year YEAR                                        NOT NULL,
  opens       TIME                                        NOT NULL,
  closes      TIME                                        NOT NULL,
  services    SET ('cash', 'safe', 'advice', 'exchange')  NOT NULL,
  PRIMARY KEY (code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Rights, from the right: read, write, close, approve, cash, safe, staff, batch, audit, rates, cards, all.
CREATE TABLE IF NOT EXISTS employees (
  id          INT UNSIGNED                                   NOT NULL AUTO_INCREMENT,
  number      INT(8) UNSIGNED ZEROFILL                       NOT NULL,
  branch_code VARCHAR(24)                                    NOT NULL,
  manager_id  INT UNSIGNED                                   NULL,
  name        VARCHAR(120)                                   NOT NULL,
  role        ENUM ('teller', 'advisor', 'manager', 'clerk') NOT NULL,
  hired_on    DATE                                           NOT NULL,
  active      TINYINT(1)                                     NOT NULL,
  rights      BIT(12)                                        NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY employees_number (number),
  KEY employees_branch (branch_code),
  KEY employees_manager (manager_id),
  CONSTRAINT employees_of_branch FOREIGN KEY (branch_code) REFERENCES branches (code) ON UPDATE CASCADE,
  CONSTRAINT employees_led_by FOREIGN KEY (manager_id) REFERENCES employees (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS merchant_categories (
  code SMALLINT(4) UNSIGNED ZEROFILL NOT NULL,
  name VARCHAR(80)                   NOT NULL,
  PRIMARY KEY (code)
) ENGINE = InnoDB DEFAULT CHARSET = latin1 COLLATE = latin1_german1_ci;

-- The name as the card terminal prints it, in latin1; the place as people write it.
CREATE TABLE IF NOT EXISTS merchants (
  id            INT UNSIGNED                        NOT NULL AUTO_INCREMENT,
  category_code SMALLINT(4) UNSIGNED ZEROFILL       NOT NULL,
  name          VARCHAR(60) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL,
  city          VARCHAR(80)                         NOT NULL,
  country_code  CHAR(2) CHARACTER SET latin1 COLLATE latin1_german1_ci     NOT NULL,
  channels      SET ('chip', 'contactless', 'online', 'atm')               NOT NULL,
  discount      FLOAT                               NOT NULL,
  PRIMARY KEY (id),
  KEY merchants_category (category_code),
  KEY merchants_country (country_code),
  CONSTRAINT merchants_of_category FOREIGN KEY (category_code) REFERENCES merchant_categories (code),
  CONSTRAINT merchants_in_country FOREIGN KEY (country_code) REFERENCES countries (code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS fees (
  code     VARCHAR(24)                                   NOT NULL,
  currency CHAR(3)                                       NOT NULL,
  name     VARCHAR(80)                                   NOT NULL,
  amount   DECIMAL(9, 4)                                 NOT NULL,
  due      ENUM ('each time', 'nightly', 'yearly')       NOT NULL,
  PRIMARY KEY (code, currency)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Per cent a year, from a day on until the next row of that kind and currency.
CREATE TABLE IF NOT EXISTS interest_rates (
  kind       ENUM ('current', 'savings') NOT NULL,
  currency   CHAR(3)                     NOT NULL,
  valid_from DATE                        NOT NULL,
  rate       DECIMAL(7, 4)               NOT NULL,
  PRIMARY KEY (kind, currency, valid_from)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS exchange_rates (
  currency  CHAR(3) NOT NULL,
  quoted_on DATE    NOT NULL,
  per_euro  DOUBLE  NOT NULL,
  PRIMARY KEY (currency, quoted_on)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
