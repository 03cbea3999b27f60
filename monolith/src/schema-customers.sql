-- Around a customer. What hangs on one goes with one: customers > web_logins > web_sessions > page_actions.

CREATE TABLE IF NOT EXISTS customer_profiles (
  customer_id BIGINT                                 NOT NULL,
  status      ENUM ('prospect', 'active', 'closed')  NOT NULL,
  salutation  ENUM ('', 'Ms', 'Mr', 'Dr')            NOT NULL,
  birth_date  DATE                                   NULL,
  branch_code VARCHAR(24)                            NOT NULL,
  advisor_id  INT UNSIGNED                           NULL,
  language    CHAR(2) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL,
  marketing   TINYINT(1)                             NOT NULL,
  risk        TINYINT                                NOT NULL,
  closed_on   DATE                                   NULL,
  revision    INT UNSIGNED                           NOT NULL DEFAULT 1,
  changed_at  TIMESTAMP                              NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (customer_id),
  KEY customer_profiles_branch (branch_code),
  KEY customer_profiles_advisor (advisor_id),
  CONSTRAINT profile_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT profile_at_branch FOREIGN KEY (branch_code) REFERENCES branches (code) ON UPDATE CASCADE,
  CONSTRAINT profile_advised_by FOREIGN KEY (advisor_id) REFERENCES employees (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS addresses (
  customer_id  BIGINT                         NOT NULL,
  kind         ENUM ('home', 'post', 'work')  NOT NULL,
  street       VARCHAR(120)                   NOT NULL,
  postcode     VARCHAR(10)                    NOT NULL,
  city         VARCHAR(80)                    NOT NULL,
  country_code CHAR(2) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL,
  since        DATE                           NOT NULL,
  PRIMARY KEY (customer_id, kind),
  KEY addresses_country (country_code),
  CONSTRAINT address_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT address_in_country FOREIGN KEY (country_code) REFERENCES countries (code)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS contact_preferences (
  customer_id BIGINT                                            NOT NULL,
  channel     ENUM ('post', 'mail', 'phone', 'sms')             NOT NULL,
  allowed     TINYINT(1)                                        NOT NULL,
  topics      SET ('statements', 'security', 'offers', 'rates') NOT NULL,
  quiet_from  TIME                                              NULL,
  quiet_until TIME                                              NULL,
  PRIMARY KEY (customer_id, channel),
  CONSTRAINT preference_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS customer_notes (
  id          BIGINT       NOT NULL AUTO_INCREMENT,
  customer_id BIGINT       NOT NULL,
  employee_id INT UNSIGNED NULL,
  text        TEXT         NOT NULL,
  written_at  DATETIME(3)  NOT NULL,
  PRIMARY KEY (id),
  KEY customer_notes_customer (customer_id),
  KEY customer_notes_employee (employee_id),
  CONSTRAINT note_on_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT note_by_employee FOREIGN KEY (employee_id) REFERENCES employees (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS documents (
  id          BIGINT                                       NOT NULL AUTO_INCREMENT,
  customer_id BIGINT                                       NOT NULL,
  kind        ENUM ('passport', 'contract', 'letter')      NOT NULL,
  title       VARCHAR(120) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL,
  sha256      BINARY(32)                                   NOT NULL,
  content     MEDIUMBLOB                                   NOT NULL,
  received_at DATETIME                                     NOT NULL,
  PRIMARY KEY (id),
  KEY documents_customer (customer_id),
  CONSTRAINT document_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Written by the trigger below only, whoever changed the customer; it outlives the customer.
CREATE TABLE IF NOT EXISTS customer_changes (
  id          BIGINT       NOT NULL AUTO_INCREMENT,
  customer_id BIGINT       NOT NULL,
  old_name    VARCHAR(120) NOT NULL,
  old_email   VARCHAR(190) NOT NULL,
  old_city    VARCHAR(80)  NOT NULL,
  changed_at  DATETIME(6)  NOT NULL,
  PRIMARY KEY (id),
  KEY customer_changes_customer (customer_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TRIGGER IF NOT EXISTS customers_keep_old AFTER UPDATE ON customers FOR EACH ROW
  INSERT INTO customer_changes (customer_id, old_name, old_email, old_city, changed_at)
  VALUES (OLD.id, OLD.name, OLD.email, OLD.city, UTC_TIMESTAMP(6));

-- The key is scrypt's, of 2^cost rounds.
CREATE TABLE IF NOT EXISTS web_logins (
  id            BIGINT           NOT NULL AUTO_INCREMENT,
  customer_id   BIGINT           NOT NULL,
  login_name    VARCHAR(60)      NOT NULL,
  salt          BINARY(16)       NOT NULL,
  cost          TINYINT UNSIGNED NOT NULL,
  password_key  BINARY(32)       NOT NULL,
  failures      TINYINT UNSIGNED NOT NULL DEFAULT 0,
  locked_until  DATETIME         NULL,
  last_login_at TIMESTAMP        NULL,
  PRIMARY KEY (id),
  UNIQUE KEY web_logins_name (login_name),
  KEY web_logins_customer (customer_id),
  CONSTRAINT login_of_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

-- Found by the hash of what the browser has, so that who reads this table cannot use a session.
CREATE TABLE IF NOT EXISTS web_sessions (
  id           BIGINT       NOT NULL AUTO_INCREMENT,
  web_login_id BIGINT       NOT NULL,
  token_hash   BINARY(32)   NOT NULL,
  form_token   CHAR(43) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  address      VARBINARY(16) NOT NULL,
  action_count INT UNSIGNED NOT NULL DEFAULT 0,
  started_at   DATETIME(6)  NOT NULL,
  expires_at   TIMESTAMP(3) NOT NULL,
  ended_at     TIMESTAMP(3) NULL,
  PRIMARY KEY (id),
  UNIQUE KEY web_sessions_token (token_hash),
  KEY web_sessions_login (web_login_id),
  KEY web_sessions_expiry (expires_at),
  CONSTRAINT session_of_login FOREIGN KEY (web_login_id) REFERENCES web_logins (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS page_actions (
  id             BIGINT       NOT NULL AUTO_INCREMENT,
  web_session_id BIGINT       NOT NULL,
  action         VARCHAR(40)  NOT NULL,
  detail         JSON         NULL,
  at             DATETIME(6)  NOT NULL,
  PRIMARY KEY (id),
  KEY page_actions_session (web_session_id),
  KEY page_actions_time (at),
  CONSTRAINT action_in_session FOREIGN KEY (web_session_id) REFERENCES web_sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;

CREATE TRIGGER IF NOT EXISTS page_actions_count AFTER INSERT ON page_actions FOR EACH ROW
  UPDATE web_sessions SET action_count = action_count + 1 WHERE id = NEW.web_session_id;

-- A log without a key, as such logs are.
CREATE TABLE IF NOT EXISTS login_attempts (
  login_name VARCHAR(60)   NOT NULL,
  succeeded  TINYINT(1)    NOT NULL,
  address    VARBINARY(16) NOT NULL,
  at         DATETIME(6)   NOT NULL,
  KEY login_attempts_time (at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_unicode_ci;
