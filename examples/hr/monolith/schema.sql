-- Human resources and payroll. The master tables came out of a desktop database in 2010, payroll was bought, the rest grew.
SET foreign_key_checks = 0;

-- ---------------------------------------------------------------- 2010: imported, names as they were on the forms
CREATE TABLE `Company` (
  `Company Code` char(2) NOT NULL, `Name` varchar(60) NOT NULL, `Country` char(2) NOT NULL, `Currency` char(3) NOT NULL DEFAULT 'EUR', `Fiscal Year Start` tinyint(4) NOT NULL DEFAULT 1, PRIMARY KEY (`Company Code`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `Cost Centre` (
  `Company Code` char(2) NOT NULL, `Cost Centre` varchar(8) NOT NULL, `Description` varchar(60) DEFAULT NULL, `Parent` varchar(8) DEFAULT NULL, `Closed On` date DEFAULT NULL,
  PRIMARY KEY (`Company Code`,`Cost Centre`),
  CONSTRAINT `CC Parent` FOREIGN KEY (`Company Code`,`Parent`) REFERENCES `Cost Centre` (`Company Code`,`Cost Centre`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `Employee Master` (
  `Company Code` char(2) COLLATE latin1_swedish_ci NOT NULL,
  `Personnel No` mediumint(8) unsigned zerofill NOT NULL,
  `Last Name` varchar(50) NOT NULL,
  `First Name` varchar(50) NOT NULL,
  `Known As` varchar(50) DEFAULT NULL,
  `Sex` enum('f','m','d') DEFAULT NULL,
  `Date of Birth` date NOT NULL,
  `Entry Date` date NOT NULL,
  `Leaving Date` date DEFAULT NULL,
  `Tax Id` varchar(14) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
  `IBAN` varchar(34) DEFAULT NULL,
  `Manager Company` char(2) COLLATE latin1_swedish_ci DEFAULT NULL,
  `Manager No` mediumint(8) unsigned zerofill DEFAULT NULL,
  `Cost Centre` varchar(8) COLLATE latin1_swedish_ci DEFAULT NULL,
  `% Disabled` tinyint(3) unsigned DEFAULT NULL,
  `Church Tax?` bit(1) NOT NULL DEFAULT b'0',
  `Remarks` text DEFAULT NULL,
  `Photo` blob DEFAULT NULL,
  `Changed` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (`Company Code`,`Personnel No`),
  UNIQUE KEY `Tax Id` (`Tax Id`),
  KEY `Name` (`Last Name`,`First Name`),
  CONSTRAINT `EM Company` FOREIGN KEY (`Company Code`) REFERENCES `Company` (`Company Code`),
  CONSTRAINT `EM Manager` FOREIGN KEY (`Manager Company`,`Manager No`) REFERENCES `Employee Master` (`Company Code`,`Personnel No`),
  CONSTRAINT `EM Cost Centre` FOREIGN KEY (`Company Code`,`Cost Centre`) REFERENCES `Cost Centre` (`Company Code`,`Cost Centre`),
  CONSTRAINT `EM Left After Entry` CHECK (`Leaving Date` is null or `Leaving Date` >= `Entry Date`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci;

CREATE TABLE `Employee Address` (
  `Company Code` char(2) COLLATE latin1_swedish_ci NOT NULL, `Personnel No` mediumint(8) unsigned NOT NULL, `From` date NOT NULL, `Street` varchar(80) NOT NULL, `Post Code` varchar(10) NOT NULL DEFAULT '', `City` varchar(50) NOT NULL, `Country` char(2) NOT NULL DEFAULT 'DE',
  PRIMARY KEY (`Company Code`,`Personnel No`,`From`),
  CONSTRAINT `EA Employee` FOREIGN KEY (`Company Code`,`Personnel No`) REFERENCES `Employee Master` (`Company Code`,`Personnel No`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci;

CREATE TABLE `Dependants` (
  `Company Code` char(2) NOT NULL, `Personnel No` mediumint(8) unsigned NOT NULL, `No` tinyint(4) NOT NULL, `Name` varchar(80) NOT NULL, `Born` date DEFAULT NULL, `Kind` enum('spouse','child','other') NOT NULL,
  PRIMARY KEY (`Company Code`,`Personnel No`,`No`),
  CONSTRAINT `D Employee` FOREIGN KEY (`Company Code`,`Personnel No`) REFERENCES `Employee Master` (`Company Code`,`Personnel No`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `Public Holidays` (`Country` char(2) NOT NULL, `Date` date NOT NULL, `Name` varchar(60) NOT NULL, `Half` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`Country`,`Date`)) ENGINE=MyISAM DEFAULT CHARSET=latin1;

-- no key: pasted in from spreadsheets, once a year
CREATE TABLE `Bonus List 2012-` (`Year` year(4) DEFAULT NULL, `Pers.No` varchar(12) DEFAULT NULL, `Amount` decimal(9,2) DEFAULT NULL, `Comment` varchar(255) DEFAULT NULL) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- ---------------------------------------------------------------- 2013: payroll, bought; every table has its prefix
CREATE TABLE tbl_wage_type (wt smallint(4) unsigned zerofill NOT NULL, txt varchar(60) NOT NULL, sign tinyint NOT NULL DEFAULT 1, taxable bit(1) NOT NULL DEFAULT b'1', account varchar(10) DEFAULT NULL, rounding set('up','5ct','none') NOT NULL DEFAULT 'none', PRIMARY KEY (wt)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_tax_class (country char(2) NOT NULL, class varchar(3) NOT NULL, `year` year NOT NULL, allowance decimal(10,2) NOT NULL, base_rate decimal(8,6) NOT NULL, PRIMARY KEY (country, class, `year`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_pay_grade (grade varchar(6) NOT NULL, `step` tinyint unsigned NOT NULL, valid_from date NOT NULL, monthly decimal(10,2) NOT NULL, hourly decimal(12,6) GENERATED ALWAYS AS (round(monthly / 167.4, 6)) VIRTUAL, PRIMARY KEY (grade, `step`, valid_from), CHECK (monthly > 0)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_contract (
  contract_id int unsigned NOT NULL AUTO_INCREMENT, co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, `from` date NOT NULL, `to` date NOT NULL DEFAULT '9999-12-31', kind enum('permanent','temporary','intern','on call') NOT NULL DEFAULT 'permanent',
  grade varchar(6) DEFAULT NULL, `step` tinyint unsigned DEFAULT NULL, grade_from date DEFAULT NULL, fte decimal(4,3) NOT NULL DEFAULT 1.000, weekly_hours decimal(5,2) NOT NULL DEFAULT 38.50, salary decimal(11,2) DEFAULT NULL COMMENT 'only when outside the grades', follows int unsigned DEFAULT NULL,
  PRIMARY KEY (contract_id), UNIQUE KEY uq_contract (co, pers_no, `from`),
  CONSTRAINT fk_contract_emp FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE,
  CONSTRAINT fk_contract_grade FOREIGN KEY (grade, `step`, grade_from) REFERENCES tbl_pay_grade (grade, `step`, valid_from),
  CONSTRAINT fk_contract_follows FOREIGN KEY (follows) REFERENCES tbl_contract (contract_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_recurring (contract_id int unsigned NOT NULL, wt smallint unsigned NOT NULL, `from` date NOT NULL, `to` date DEFAULT NULL, amount decimal(11,4) DEFAULT NULL, percent decimal(7,4) DEFAULT NULL, PRIMARY KEY (contract_id, wt, `from`), FOREIGN KEY (contract_id) REFERENCES tbl_contract (contract_id) ON DELETE CASCADE, FOREIGN KEY (wt) REFERENCES tbl_wage_type (wt)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_period (co char(2) CHARACTER SET latin1 NOT NULL, period mediumint unsigned NOT NULL COMMENT 'yyyymm', state enum('open','calculated','booked','closed') NOT NULL DEFAULT 'open', pay_day date DEFAULT NULL, PRIMARY KEY (co, period), FOREIGN KEY (co) REFERENCES `Company` (`Company Code`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_payslip (
  co char(2) CHARACTER SET latin1 NOT NULL, period mediumint unsigned NOT NULL, pers_no mediumint unsigned NOT NULL, run tinyint unsigned NOT NULL DEFAULT 1, gross decimal(12,2) NOT NULL DEFAULT 0, tax decimal(12,2) NOT NULL DEFAULT 0, social decimal(12,2) NOT NULL DEFAULT 0, net decimal(12,2) GENERATED ALWAYS AS (gross - tax - social) STORED, pdf mediumblob, printed datetime DEFAULT NULL,
  PRIMARY KEY (co, period, pers_no, run), KEY ix_slip_emp (co, pers_no),
  CONSTRAINT fk_slip_period FOREIGN KEY (co, period) REFERENCES tbl_period (co, period) ON DELETE CASCADE,
  CONSTRAINT fk_slip_emp FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_payslip_line (
  co char(2) CHARACTER SET latin1 NOT NULL, period mediumint unsigned NOT NULL, pers_no mediumint unsigned NOT NULL, run tinyint unsigned NOT NULL, line smallint NOT NULL, wt smallint unsigned NOT NULL, qty decimal(9,4) DEFAULT NULL, rate decimal(15,8) DEFAULT NULL, amount decimal(12,2) NOT NULL, cost_centre varchar(8) DEFAULT NULL,
  PRIMARY KEY (co, period, pers_no, run, line), FOREIGN KEY (co, period, pers_no, run) REFERENCES tbl_payslip (co, period, pers_no, run) ON DELETE CASCADE, FOREIGN KEY (wt) REFERENCES tbl_wage_type (wt)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE tbl_bank_file (file_no int NOT NULL AUTO_INCREMENT, co char(2) CHARACTER SET latin1 NOT NULL, period mediumint unsigned NOT NULL, made datetime NOT NULL, content longtext, checksum bigint unsigned DEFAULT NULL, PRIMARY KEY (file_no), FOREIGN KEY (co, period) REFERENCES tbl_period (co, period)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

-- ---------------------------------------------------------------- 2016: organisation and time
CREATE TABLE orgUnit (unitId int NOT NULL AUTO_INCREMENT, parentId int DEFAULT NULL, name varchar(80) NOT NULL, `level` tinyint NOT NULL DEFAULT 0, headCo char(2) CHARACTER SET latin1 DEFAULT NULL, headNo mediumint unsigned DEFAULT NULL, PRIMARY KEY (unitId), FOREIGN KEY (parentId) REFERENCES orgUnit (unitId), FOREIGN KEY (headCo, headNo) REFERENCES `Employee Master` (`Company Code`, `Personnel No`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE jobTitle (code varchar(10) NOT NULL, title json NOT NULL, family varchar(30) DEFAULT NULL, PRIMARY KEY (code)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE positionPlan (positionNo char(8) NOT NULL, unitId int NOT NULL, jobCode varchar(10) NOT NULL, budgetFte decimal(4,2) NOT NULL DEFAULT 1, frozen bit(1) NOT NULL DEFAULT b'0', PRIMARY KEY (positionNo), FOREIGN KEY (unitId) REFERENCES orgUnit (unitId) ON DELETE CASCADE, FOREIGN KEY (jobCode) REFERENCES jobTitle (code) ON UPDATE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE assignment (positionNo char(8) NOT NULL, co char(2) CHARACTER SET latin1 NOT NULL, persNo mediumint unsigned NOT NULL, validFrom date NOT NULL, validTo date DEFAULT NULL, `percent` decimal(5,2) NOT NULL DEFAULT 100, PRIMARY KEY (positionNo, co, persNo, validFrom), FOREIGN KEY (positionNo) REFERENCES positionPlan (positionNo) ON DELETE CASCADE, FOREIGN KEY (co, persNo) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
CREATE TABLE T_SHIFT (SHIFT CHAR(3) NOT NULL, STARTS TIME NOT NULL, LASTS TIME NOT NULL, BREAK_MIN SMALLINT NOT NULL DEFAULT 30, NIGHT BIT(1) NOT NULL DEFAULT b'0', PRIMARY KEY (SHIFT)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE T_ROSTER (CO CHAR(2) NOT NULL, PERS_NO MEDIUMINT UNSIGNED NOT NULL, DAY DATE NOT NULL, SHIFT CHAR(3), PRIMARY KEY (CO, PERS_NO, DAY), FOREIGN KEY (CO, PERS_NO) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE, FOREIGN KEY (SHIFT) REFERENCES T_SHIFT (SHIFT) ON DELETE SET NULL ON UPDATE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE T_CLOCK (ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, TERMINAL TINYINT UNSIGNED NOT NULL, BADGE BIGINT UNSIGNED NOT NULL, TS DATETIME(6) NOT NULL, KIND ENUM('IN','OUT','?') NOT NULL, PRIMARY KEY (ID, TS), KEY IX_CLOCK (BADGE, TS)) ENGINE=InnoDB DEFAULT CHARSET=latin1
  PARTITION BY RANGE COLUMNS (TS) (PARTITION p2025 VALUES LESS THAN ('2026-01-01'), PARTITION p2026a VALUES LESS THAN ('2026-07-01'), PARTITION pmax VALUES LESS THAN (MAXVALUE));
CREATE TABLE T_BADGE (BADGE BIGINT UNSIGNED NOT NULL, CO CHAR(2) NOT NULL, PERS_NO MEDIUMINT UNSIGNED NOT NULL, ISSUED TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, LOST DATETIME, PRIMARY KEY (BADGE), FOREIGN KEY (CO, PERS_NO) REFERENCES `Employee Master` (`Company Code`, `Personnel No`)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
CREATE TABLE T_TIME_ACCT (CO CHAR(2) NOT NULL, PERS_NO MEDIUMINT UNSIGNED NOT NULL, PERIOD MEDIUMINT UNSIGNED NOT NULL, BALANCE TIME NOT NULL DEFAULT '00:00:00' COMMENT 'may be negative, may be over a day', OVERTIME_H DECIMAL(6,2), PRIMARY KEY (CO, PERS_NO, PERIOD), FOREIGN KEY (CO, PERS_NO) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- ---------------------------------------------------------------- 2019 and later: leave, expenses, people's own pages
CREATE TABLE `group` (`key` varchar(20) NOT NULL, name varchar(60) NOT NULL, kind enum('works council','club','project','board') DEFAULT NULL, PRIMARY KEY (`key`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE group_member (`group` varchar(20) NOT NULL, co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, `function` varchar(40) NOT NULL DEFAULT '', PRIMARY KEY (`group`, co, pers_no), FOREIGN KEY (`group`) REFERENCES `group` (`key`) ON DELETE CASCADE ON UPDATE CASCADE, FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE leave_type (code char(3) NOT NULL, name varchar(40) NOT NULL, paid bit(1) NOT NULL DEFAULT b'1', icon varchar(8) DEFAULT NULL, PRIMARY KEY (code)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE leave_entitlement (co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, `year` year NOT NULL, code char(3) NOT NULL, days decimal(5,2) NOT NULL, carried decimal(5,2) NOT NULL DEFAULT 0, PRIMARY KEY (co, pers_no, `year`, code), FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE, FOREIGN KEY (code) REFERENCES leave_type (code)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE leave_request (id bigint unsigned NOT NULL AUTO_INCREMENT, co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, code char(3) NOT NULL, `from` date NOT NULL, `until` date NOT NULL, days decimal(5,2) NOT NULL, state enum('asked','granted','refused','withdrawn') NOT NULL DEFAULT 'asked', message varchar(500) DEFAULT NULL, decided_by_co char(2) CHARACTER SET latin1 DEFAULT NULL, decided_by_no mediumint unsigned DEFAULT NULL, created_at datetime(6) NOT NULL DEFAULT current_timestamp(6), PRIMARY KEY (id), KEY (co, pers_no), CHECK (`until` >= `from`),
  FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE, FOREIGN KEY (decided_by_co, decided_by_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`), FOREIGN KEY (code) REFERENCES leave_type (code)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE expense_report (report_no varchar(12) NOT NULL, co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, purpose varchar(200) NOT NULL, state enum('draft','filed','approved','paid') NOT NULL DEFAULT 'draft', filed_at timestamp(3) NULL DEFAULT NULL, meta json DEFAULT NULL, PRIMARY KEY (report_no), FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE expense_line (report_no varchar(12) NOT NULL, line smallint NOT NULL, spent_on date NOT NULL, what varchar(200) NOT NULL, amount decimal(10,2) NOT NULL, currency char(3) NOT NULL DEFAULT 'EUR', rate decimal(18,10) NOT NULL DEFAULT 1, amount_home decimal(12,2) GENERATED ALWAYS AS (round(amount * rate,2)) STORED, receipt mediumblob, PRIMARY KEY (report_no, line), FOREIGN KEY (report_no) REFERENCES expense_report (report_no) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE skill (id int NOT NULL AUTO_INCREMENT, name varchar(60) NOT NULL, broader int DEFAULT NULL, PRIMARY KEY (id), UNIQUE KEY uq_skill (name), FOREIGN KEY (broader) REFERENCES skill (id) ON DELETE SET NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE employee_skill (co char(2) CHARACTER SET latin1 NOT NULL, pers_no mediumint unsigned NOT NULL, skill_id int NOT NULL, `rank` tinyint NOT NULL, proven_by blob DEFAULT NULL, PRIMARY KEY (co, pers_no, skill_id), CHECK (`rank` BETWEEN 1 AND 5), FOREIGN KEY (co, pers_no) REFERENCES `Employee Master` (`Company Code`, `Personnel No`) ON DELETE CASCADE, FOREIGN KEY (skill_id) REFERENCES skill (id) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE applicant (email varchar(190) NOT NULL, full_name varchar(120) NOT NULL, position_no char(8) COLLATE utf8mb4_unicode_ci DEFAULT NULL, applied_at datetime NOT NULL, score float DEFAULT NULL, cv mediumtext, rejected_at datetime DEFAULT NULL, PRIMARY KEY (email, applied_at), FOREIGN KEY (position_no) REFERENCES positionPlan (positionNo) ON DELETE SET NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE hr_audit (id bigint unsigned NOT NULL AUTO_INCREMENT, at timestamp(6) NOT NULL DEFAULT current_timestamp(6), who varchar(100) DEFAULT NULL, `table` varchar(64) NOT NULL, `before` json DEFAULT NULL, `after` json DEFAULT NULL, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- ---------------------------------------------------------------- views and triggers
CREATE VIEW `Active Employees` AS SELECT `Company Code`, `Personnel No`, CONCAT(`Last Name`, ', ', COALESCE(NULLIF(`Known As`, ''), `First Name`)) AS `Name`, `Entry Date` FROM `Employee Master` WHERE `Leaving Date` IS NULL;
CREATE VIEW v_payroll_cost AS SELECT co, period, SUM(gross) AS gross, COUNT(*) AS slips FROM tbl_payslip GROUP BY co, period;
CREATE TRIGGER `Employee Changed` AFTER UPDATE ON `Employee Master` FOR EACH ROW
  INSERT INTO hr_audit (who, `table`, `before`, `after`) VALUES (CURRENT_USER(), 'Employee Master', JSON_OBJECT('no', OLD.`Personnel No` + 0, 'last', OLD.`Last Name`, 'iban', OLD.`IBAN`), JSON_OBJECT('no', NEW.`Personnel No` + 0, 'last', NEW.`Last Name`, 'iban', NEW.`IBAN`));
CREATE TRIGGER tbl_contract_ad AFTER DELETE ON tbl_contract FOR EACH ROW INSERT INTO hr_audit (who, `table`, `before`) VALUES (CURRENT_USER(), 'tbl_contract', JSON_OBJECT('co', OLD.co, 'no', OLD.pers_no, 'from', OLD.`from`));

SET foreign_key_checks = 1;
