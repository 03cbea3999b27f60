-- An online retailer's database. Begun in 2009, extended by whoever was there; read it in the order in which it grew.
SET foreign_key_checks = 0;

-- ---------------------------------------------------------------- 2009: the first shop
CREATE TABLE `country` (
  `iso2` char(2) NOT NULL,
  `name` varchar(60) NOT NULL,
  `is_eu` tinyint(1) NOT NULL DEFAULT 0,
  `phone_prefix` smallint(5) unsigned DEFAULT NULL,
  PRIMARY KEY (`iso2`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `currency` (
  `code` char(3) NOT NULL,
  `name` varchar(40) NOT NULL DEFAULT '',
  `decimals` tinyint(4) NOT NULL DEFAULT 2,
  PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_exchange_rate` (
  `currency` char(3) NOT NULL,
  `valid_from` date NOT NULL,
  `rate` decimal(18,9) NOT NULL,
  PRIMARY KEY (`currency`,`valid_from`),
  CONSTRAINT `fk_rate_cur` FOREIGN KEY (`currency`) REFERENCES `currency` (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_vat_rate` (
  `country` char(2) NOT NULL,
  `class` enum('N','R','Z') NOT NULL DEFAULT 'N' COMMENT 'normal, reduced, zero',
  `valid_from` date NOT NULL,
  `percent` decimal(5,3) NOT NULL,
  PRIMARY KEY (`country`,`class`,`valid_from`),
  CONSTRAINT `fk_vat_country` FOREIGN KEY (`country`) REFERENCES `country` (`iso2`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_customer_group` (
  `cg_id` tinyint(3) unsigned NOT NULL AUTO_INCREMENT,
  `cg_name` varchar(40) NOT NULL,
  `cg_discount` decimal(4,2) NOT NULL DEFAULT 0.00,
  `cg_flags` set('netto','b2b','blocked','test') NOT NULL DEFAULT '',
  PRIMARY KEY (`cg_id`),
  UNIQUE KEY `cg_name` (`cg_name`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_customer` (
  `customer_id` int(11) NOT NULL AUTO_INCREMENT,
  `cg_id` tinyint(3) unsigned NOT NULL DEFAULT 1,
  `customer_no` varchar(12) NOT NULL,
  `salutation` enum('','Mr','Mrs','Dr','Company') NOT NULL DEFAULT '',
  `first_name` varchar(50) NOT NULL DEFAULT '',
  `last_name` varchar(50) NOT NULL,
  `company` varchar(80) DEFAULT NULL,
  `email` varchar(120) NOT NULL,
  `passwd` char(40) NOT NULL DEFAULT '' COMMENT 'sha1, see password_hash',
  `password_hash` varchar(100) DEFAULT NULL,
  `phone` varchar(30) NOT NULL DEFAULT '',
  `birthdate` date DEFAULT NULL,
  `newsletter` tinyint(1) DEFAULT 0,
  `credit_limit` decimal(10,2) DEFAULT NULL,
  `recruited_by` int(11) DEFAULT NULL,
  `bool_deleted` bit(1) NOT NULL DEFAULT b'0',
  `created` datetime NOT NULL,
  `changed` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (`customer_id`),
  UNIQUE KEY `customer_no` (`customer_no`),
  UNIQUE KEY `email` (`email`),
  KEY `name_idx` (`last_name`,`first_name`),
  KEY `cg_id` (`cg_id`),
  CONSTRAINT `fk_cust_group` FOREIGN KEY (`cg_id`) REFERENCES `tbl_customer_group` (`cg_id`),
  CONSTRAINT `fk_cust_recruiter` FOREIGN KEY (`recruited_by`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci;

CREATE TABLE `tbl_address` (
  `address_id` int(11) NOT NULL AUTO_INCREMENT,
  `customer_id` int(11) NOT NULL,
  `type` enum('billing','shipping','both') NOT NULL DEFAULT 'both',
  `street` varchar(100) NOT NULL,
  `house_no` varchar(10) NOT NULL DEFAULT '',
  `zip` varchar(10) NOT NULL,
  `city` varchar(60) NOT NULL,
  `country` char(2) NOT NULL DEFAULT 'DE',
  `default` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`address_id`),
  KEY `customer_id` (`customer_id`),
  CONSTRAINT `fk_addr_cust` FOREIGN KEY (`customer_id`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_german1_ci;

CREATE TABLE `tbl_customer_note` (
  `note_id` int(11) NOT NULL AUTO_INCREMENT,
  `customer_id` int(11) NOT NULL,
  `user_id` smallint(6) DEFAULT NULL,
  `note` text NOT NULL,
  `ts` int(10) unsigned NOT NULL COMMENT 'unix time',
  PRIMARY KEY (`note_id`),
  KEY `customer_id` (`customer_id`),
  CONSTRAINT `fk_note_cust` FOREIGN KEY (`customer_id`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_user` (
  `user_id` smallint(6) NOT NULL AUTO_INCREMENT,
  `login` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `real_name` varchar(80) NOT NULL,
  `rights` set('orders','products','prices','customers','reports','admin') NOT NULL DEFAULT '',
  `boss_id` smallint(6) DEFAULT NULL,
  `works_from` time DEFAULT NULL,
  `works_to` time DEFAULT NULL,
  `hired` year(4) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  UNIQUE KEY `login` (`login`),
  CONSTRAINT `fk_user_boss` FOREIGN KEY (`boss_id`) REFERENCES `tbl_user` (`user_id`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `group` (
  `id` smallint(6) NOT NULL AUTO_INCREMENT,
  `name` varchar(30) NOT NULL,
  `desc` varchar(200) DEFAULT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `tbl_user_group` (
  `user_id` smallint(6) NOT NULL,
  `group_id` smallint(6) NOT NULL,
  PRIMARY KEY (`user_id`,`group_id`),
  CONSTRAINT `tbl_user_group_ibfk_1` FOREIGN KEY (`user_id`) REFERENCES `tbl_user` (`user_id`) ON DELETE CASCADE,
  CONSTRAINT `tbl_user_group_ibfk_2` FOREIGN KEY (`group_id`) REFERENCES `group` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE `config` (
  `section` varchar(30) NOT NULL DEFAULT 'global',
  `key` varchar(60) NOT NULL,
  `value` text DEFAULT NULL,
  PRIMARY KEY (`section`,`key`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1;

-- ---------------------------------------------------------------- 2011: the catalogue, rewritten
CREATE TABLE `category` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `parent_id` int(10) unsigned DEFAULT NULL,
  `sort` smallint(6) NOT NULL DEFAULT 0,
  `active` tinyint(1) NOT NULL DEFAULT 1,
  `left` int(11) DEFAULT NULL,
  `right` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`),
  CONSTRAINT `fk_category_parent` FOREIGN KEY (`parent_id`) REFERENCES `category` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `category_text` (
  `category_id` int(10) unsigned NOT NULL,
  `lang` char(2) NOT NULL,
  `name` varchar(80) NOT NULL,
  `description` text DEFAULT NULL,
  PRIMARY KEY (`category_id`,`lang`),
  CONSTRAINT `fk_ct_cat` FOREIGN KEY (`category_id`) REFERENCES `category` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `brand` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(80) NOT NULL,
  `founded` year(4) DEFAULT NULL,
  `url` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_brand_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `brand_id` int(10) unsigned DEFAULT NULL,
  `article_no` varchar(20) NOT NULL,
  `vat_class` enum('N','R','Z') NOT NULL DEFAULT 'N',
  `weight_kg` decimal(8,3) DEFAULT NULL,
  `length_mm` mediumint(8) unsigned DEFAULT NULL,
  `width_mm` mediumint(8) unsigned DEFAULT NULL,
  `height_mm` mediumint(8) unsigned DEFAULT NULL,
  `volume_l` decimal(14,6) GENERATED ALWAYS AS (`length_mm` * `width_mm` * `height_mm` / 1000000) STORED,
  `flags` set('new','sale','bulky','fragile','adult','digital') NOT NULL DEFAULT '',
  `status` enum('draft','active','discontinued') NOT NULL DEFAULT 'draft',
  `available_from` date DEFAULT NULL,
  `rating_avg` float DEFAULT NULL,
  `created_at` datetime NOT NULL,
  `updated_at` timestamp NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_article_no` (`article_no`),
  KEY `ix_brand` (`brand_id`),
  CONSTRAINT `fk_product_brand` FOREIGN KEY (`brand_id`) REFERENCES `brand` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product_text` (
  `product_id` int(10) unsigned NOT NULL,
  `lang` char(2) NOT NULL,
  `title` varchar(150) NOT NULL,
  `short_text` varchar(500) NOT NULL DEFAULT '',
  `long_text` mediumtext DEFAULT NULL,
  PRIMARY KEY (`product_id`,`lang`),
  FULLTEXT KEY `ft_title` (`title`),
  CONSTRAINT `fk_pt_product` FOREIGN KEY (`product_id`) REFERENCES `product` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product_category` (
  `product_id` int(10) unsigned NOT NULL,
  `category_id` int(10) unsigned NOT NULL,
  `main` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`category_id`,`product_id`),
  KEY `ix_pc_product` (`product_id`),
  CONSTRAINT `fk_pc_product` FOREIGN KEY (`product_id`) REFERENCES `product` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_pc_category` FOREIGN KEY (`category_id`) REFERENCES `category` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product_variant` (
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `product_id` int(10) unsigned NOT NULL,
  `ean` bigint(13) unsigned zerofill DEFAULT NULL,
  `size` varchar(10) DEFAULT NULL,
  `colour` varchar(30) DEFAULT NULL,
  `active` bit(1) NOT NULL DEFAULT b'1',
  `sales_channels` bit(6) NOT NULL DEFAULT b'000001' COMMENT 'shop, app, phone, outlet, marketplace, staff',
  `successor_sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT NULL,
  PRIMARY KEY (`sku`),
  UNIQUE KEY `uq_ean` (`ean`),
  KEY `ix_pv_product` (`product_id`),
  CONSTRAINT `fk_pv_product` FOREIGN KEY (`product_id`) REFERENCES `product` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_pv_successor` FOREIGN KEY (`successor_sku`) REFERENCES `product_variant` (`sku`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `variant_attribute` (
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `key` varchar(40) NOT NULL,
  `value` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`sku`,`key`),
  CONSTRAINT `fk_va_sku` FOREIGN KEY (`sku`) REFERENCES `product_variant` (`sku`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product_image` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `product_id` int(10) unsigned NOT NULL,
  `position` tinyint(3) unsigned NOT NULL,
  `file` varchar(200) NOT NULL,
  `thumbnail` blob DEFAULT NULL,
  `sha256` binary(32) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_image_position` (`product_id`,`position`),
  CONSTRAINT `fk_pi_product` FOREIGN KEY (`product_id`) REFERENCES `product` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `product_bundle` (
  `bundle_sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `part_sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `quantity` smallint(5) unsigned NOT NULL DEFAULT 1,
  PRIMARY KEY (`bundle_sku`,`part_sku`),
  CONSTRAINT `fk_pb_bundle` FOREIGN KEY (`bundle_sku`) REFERENCES `product_variant` (`sku`),
  CONSTRAINT `fk_pb_part` FOREIGN KEY (`part_sku`) REFERENCES `product_variant` (`sku`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `price_list` (
  `code` varchar(10) NOT NULL,
  `currency` char(3) CHARACTER SET latin1 NOT NULL DEFAULT 'EUR',
  `gross` tinyint(1) NOT NULL DEFAULT 1,
  `fallback` varchar(10) DEFAULT NULL,
  PRIMARY KEY (`code`),
  CONSTRAINT `fk_pl_fallback` FOREIGN KEY (`fallback`) REFERENCES `price_list` (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `price` (
  `price_list` varchar(10) NOT NULL,
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `from` date NOT NULL,
  `to` date NOT NULL DEFAULT '9999-12-31',
  `amount` decimal(12,4) NOT NULL,
  `was` decimal(12,4) DEFAULT NULL,
  PRIMARY KEY (`price_list`,`sku`,`from`),
  KEY `ix_price_sku` (`sku`),
  CONSTRAINT `fk_price_list` FOREIGN KEY (`price_list`) REFERENCES `price_list` (`code`),
  CONSTRAINT `fk_price_sku` FOREIGN KEY (`sku`) REFERENCES `product_variant` (`sku`) ON DELETE CASCADE,
  CONSTRAINT `ck_price_order` CHECK (`to` >= `from`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

-- ---------------------------------------------------------------- 2012: orders
CREATE TABLE `order` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_no` char(11) CHARACTER SET ascii NOT NULL,
  `customer_id` int(11) DEFAULT NULL,
  `status` enum('new','paid','picking','shipped','done','cancelled','fraud?') NOT NULL DEFAULT 'new',
  `channel` enum('shop','app','phone','outlet') NOT NULL DEFAULT 'shop',
  `currency` char(3) CHARACTER SET latin1 NOT NULL DEFAULT 'EUR',
  `exchange_rate` decimal(18,9) NOT NULL DEFAULT 1.000000000,
  `total_net` decimal(12,2) NOT NULL DEFAULT 0.00,
  `total_vat` decimal(12,2) NOT NULL DEFAULT 0.00,
  `shipping_cost` decimal(7,2) NOT NULL DEFAULT 0.00,
  `total` decimal(13,2) GENERATED ALWAYS AS (`total_net` + `total_vat` + `shipping_cost`) VIRTUAL,
  `voucher` varchar(16) DEFAULT NULL,
  `comment` varchar(500) CHARACTER SET utf8mb4 DEFAULT NULL,
  `ip` varbinary(16) DEFAULT NULL,
  `ordered_at` datetime NOT NULL,
  `updated` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_order_no` (`order_no`),
  KEY `ix_order_customer` (`customer_id`),
  KEY `ix_order_status` (`status`,`ordered_at`),
  CONSTRAINT `fk_order_customer` FOREIGN KEY (`customer_id`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `order_line` (
  `order_id` bigint(20) unsigned NOT NULL,
  `line` smallint(5) unsigned NOT NULL,
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `title` varchar(150) NOT NULL,
  `quantity` decimal(9,3) NOT NULL,
  `unit_net` decimal(12,4) NOT NULL,
  `vat_percent` decimal(5,3) NOT NULL,
  `line_net` decimal(14,2) GENERATED ALWAYS AS (round(`quantity` * `unit_net`,2)) STORED,
  PRIMARY KEY (`order_id`,`line`),
  KEY `ix_ol_sku` (`sku`),
  CONSTRAINT `fk_ol_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_ol_sku` FOREIGN KEY (`sku`) REFERENCES `product_variant` (`sku`) ON UPDATE CASCADE,
  CONSTRAINT `ck_ol_quantity` CHECK (`quantity` <> 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `order_line_discount` (
  `order_id` bigint(20) unsigned NOT NULL,
  `line` smallint(5) unsigned NOT NULL,
  `seq` tinyint(3) unsigned NOT NULL,
  `reason` varchar(40) NOT NULL,
  `percent` decimal(5,2) DEFAULT NULL,
  `amount` decimal(10,4) DEFAULT NULL,
  PRIMARY KEY (`order_id`,`line`,`seq`),
  CONSTRAINT `fk_old_line` FOREIGN KEY (`order_id`,`line`) REFERENCES `order_line` (`order_id`,`line`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `order_address` (
  `order_id` bigint(20) unsigned NOT NULL,
  `type` enum('billing','shipping') NOT NULL,
  `name` varchar(120) NOT NULL,
  `street` varchar(120) NOT NULL,
  `zip` varchar(10) NOT NULL,
  `city` varchar(60) NOT NULL,
  `country` char(2) CHARACTER SET latin1 NOT NULL,
  PRIMARY KEY (`order_id`,`type`),
  CONSTRAINT `fk_oa_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_oa_country` FOREIGN KEY (`country`) REFERENCES `country` (`iso2`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `order_status_history` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_id` bigint(20) unsigned NOT NULL,
  `old` varchar(12) DEFAULT NULL,
  `new` varchar(12) NOT NULL,
  `user_id` smallint(6) DEFAULT NULL,
  `at` datetime(6) NOT NULL DEFAULT current_timestamp(6),
  PRIMARY KEY (`id`),
  KEY `ix_osh_order` (`order_id`),
  CONSTRAINT `fk_osh_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `payment` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_id` bigint(20) unsigned NOT NULL,
  `method` enum('invoice','card','transfer','gift card','cash on delivery') NOT NULL,
  `amount` decimal(12,2) NOT NULL,
  `state` enum('open','authorised','captured','failed','charged back') NOT NULL DEFAULT 'open',
  `provider_ref` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `answer` longtext DEFAULT NULL COMMENT 'xml until 2018, json since',
  `paid_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_provider_ref` (`provider_ref`),
  KEY `ix_payment_order` (`order_id`),
  CONSTRAINT `fk_payment_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `payment_refund` (
  `payment_id` bigint(20) unsigned NOT NULL,
  `no` tinyint(3) unsigned NOT NULL,
  `amount` decimal(12,2) NOT NULL,
  `reason` varchar(200) NOT NULL DEFAULT '',
  `booked` date DEFAULT NULL,
  PRIMARY KEY (`payment_id`,`no`),
  CONSTRAINT `fk_refund_payment` FOREIGN KEY (`payment_id`) REFERENCES `payment` (`id`) ON DELETE CASCADE,
  CONSTRAINT `ck_refund` CHECK (`amount` > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `invoice` (
  `year` year(4) NOT NULL,
  `number` mediumint(8) unsigned NOT NULL,
  `order_id` bigint(20) unsigned NOT NULL,
  `issued` date NOT NULL,
  `due` date DEFAULT NULL,
  `gross` decimal(12,2) NOT NULL,
  `pdf` mediumblob DEFAULT NULL,
  `cancels_year` year(4) DEFAULT NULL,
  `cancels_number` mediumint(8) unsigned DEFAULT NULL,
  PRIMARY KEY (`year`,`number`),
  KEY `ix_invoice_order` (`order_id`),
  CONSTRAINT `fk_invoice_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`),
  CONSTRAINT `fk_invoice_cancels` FOREIGN KEY (`cancels_year`,`cancels_number`) REFERENCES `invoice` (`year`,`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `invoice_line` (
  `year` year(4) NOT NULL,
  `number` mediumint(8) unsigned NOT NULL,
  `pos` smallint(5) unsigned NOT NULL,
  `text` varchar(200) NOT NULL,
  `net` decimal(14,4) NOT NULL,
  `vat_percent` decimal(5,3) NOT NULL,
  PRIMARY KEY (`year`,`number`,`pos`),
  CONSTRAINT `fk_il_invoice` FOREIGN KEY (`year`,`number`) REFERENCES `invoice` (`year`,`number`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `voucher` (
  `code` varchar(16) NOT NULL,
  `percent` tinyint(3) unsigned DEFAULT NULL,
  `amount` decimal(6,2) DEFAULT NULL,
  `min_order` decimal(8,2) NOT NULL DEFAULT 0.00,
  `valid_to` date NOT NULL DEFAULT '9999-12-31',
  `max_uses` int(11) DEFAULT NULL,
  PRIMARY KEY (`code`),
  CONSTRAINT `ck_voucher_one` CHECK (`percent` is null or `amount` is null)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `voucher_redemption` (
  `code` varchar(16) NOT NULL,
  `order_id` bigint(20) unsigned NOT NULL,
  `value` decimal(8,2) NOT NULL,
  PRIMARY KEY (`code`,`order_id`),
  CONSTRAINT `fk_vr_voucher` FOREIGN KEY (`code`) REFERENCES `voucher` (`code`) ON UPDATE CASCADE,
  CONSTRAINT `fk_vr_order` FOREIGN KEY (`order_id`) REFERENCES `order` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `cart` (
  `id` char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `customer_id` int(11) DEFAULT NULL,
  `touched` timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (`id`),
  CONSTRAINT `fk_cart_cust` FOREIGN KEY (`customer_id`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `cart_item` (
  `cart_id` char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `quantity` smallint(5) unsigned NOT NULL DEFAULT 1,
  PRIMARY KEY (`cart_id`,`sku`),
  CONSTRAINT `fk_ci_cart` FOREIGN KEY (`cart_id`) REFERENCES `cart` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fk_ci_sku` FOREIGN KEY (`sku`) REFERENCES `product_variant` (`sku`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE `search_log` (
  `at` datetime NOT NULL,
  `session` char(32) DEFAULT NULL,
  `words` varchar(200) NOT NULL,
  `hits` int(11) NOT NULL,
  KEY `at` (`at`)
) ENGINE=MyISAM DEFAULT CHARSET=utf8mb3;

-- ---------------------------------------------------------------- 2013: purchasing, imported from a desktop database
CREATE TABLE `Supplier Master` (
  `Supplier No` varchar(8) NOT NULL,
  `Name` varchar(80) NOT NULL,
  `Contact Person` varchar(80) DEFAULT NULL,
  `E-Mail` varchar(120) DEFAULT NULL,
  `Country` char(2) NOT NULL,
  `Payment Days` tinyint(3) unsigned NOT NULL DEFAULT 30,
  `Min. Order Value` decimal(10,2) DEFAULT NULL,
  `Blocked?` bit(1) NOT NULL DEFAULT b'0',
  PRIMARY KEY (`Supplier No`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_cs;

CREATE TABLE `Supplier Price` (
  `Supplier No` varchar(8) NOT NULL,
  `SKU` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `Valid From` date NOT NULL,
  `Qty From` int(11) NOT NULL DEFAULT 1,
  `Price` decimal(14,5) NOT NULL,
  PRIMARY KEY (`Supplier No`,`SKU`,`Valid From`,`Qty From`),
  CONSTRAINT `FK Supplier` FOREIGN KEY (`Supplier No`) REFERENCES `Supplier Master` (`Supplier No`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_cs;

CREATE TABLE T_PO_HDR (
  PO_NO INT UNSIGNED NOT NULL, SUPPLIER VARCHAR(8) NOT NULL, PO_DATE DATE NOT NULL, DLV_DATE DATE NULL,
  STAT CHAR(1) NOT NULL DEFAULT 'O' COMMENT 'O open, P partly, C closed, X cancelled', CREATED_BY SMALLINT, REMARK TINYTEXT,
  PRIMARY KEY (PO_NO), KEY (SUPPLIER),
  FOREIGN KEY (SUPPLIER) REFERENCES `Supplier Master` (`Supplier No`),
  CHECK (STAT IN ('O','P','C','X'))
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_general_cs;

CREATE TABLE T_PO_LIN (
  PO_NO INT UNSIGNED NOT NULL, LIN SMALLINT NOT NULL, SKU VARCHAR(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  QTY INT NOT NULL, PRICE DECIMAL(14,5) NOT NULL, QTY_RCVD INT NOT NULL DEFAULT 0,
  QTY_OPEN INT AS (QTY - QTY_RCVD) VIRTUAL,
  PRIMARY KEY (PO_NO, LIN), FOREIGN KEY (PO_NO) REFERENCES T_PO_HDR (PO_NO) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- ---------------------------------------------------------------- 2015: the warehouse, by a contractor
CREATE TABLE T_WHS (
  WHS CHAR(3) NOT NULL, DESCR VARCHAR(40) NOT NULL, CTRY CHAR(2) NOT NULL, CUTOFF TIME NOT NULL DEFAULT '14:30:00', LAT DECIMAL(9,6), LON DECIMAL(9,6),
  PRIMARY KEY (WHS)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE T_WHS_BIN (
  WHS CHAR(3) NOT NULL, AISLE TINYINT UNSIGNED NOT NULL, BIN CHAR(4) NOT NULL, KIND ENUM('PICK','BULK','RET','QUAR') NOT NULL DEFAULT 'PICK', MAX_KG DECIMAL(6,1),
  PRIMARY KEY (WHS, AISLE, BIN), FOREIGN KEY (WHS) REFERENCES T_WHS (WHS) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE T_STK (
  SKU VARCHAR(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL, WHS CHAR(3) NOT NULL,
  ON_HAND INT NOT NULL DEFAULT 0, RSVD INT NOT NULL DEFAULT 0, REORD_PT INT, AVAIL INT AS (ON_HAND - RSVD) VIRTUAL,
  AISLE TINYINT UNSIGNED, BIN CHAR(4), LAST_CNT DATE,
  PRIMARY KEY (SKU, WHS), KEY IX_STK_BIN (WHS, AISLE, BIN),
  FOREIGN KEY (SKU) REFERENCES product_variant (sku), FOREIGN KEY (WHS, AISLE, BIN) REFERENCES T_WHS_BIN (WHS, AISLE, BIN) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

-- no key: written by the scanners, read by nobody but accounting
CREATE TABLE T_STK_MOV (
  TS DATETIME(6) NOT NULL, WHS CHAR(3) NOT NULL, SKU VARCHAR(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  QTY INT NOT NULL, REASON CHAR(3) NOT NULL, REF VARCHAR(20), SCANNER SMALLINT UNSIGNED,
  KEY IX_MOV (SKU, TS)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE T_GOODS_RCPT (
  RCPT_ID INT NOT NULL AUTO_INCREMENT, PO_NO INT UNSIGNED NOT NULL, LIN SMALLINT NOT NULL, QTY INT NOT NULL, RCVD_AT DATETIME NOT NULL, DMG INT NOT NULL DEFAULT 0,
  PRIMARY KEY (RCPT_ID), FOREIGN KEY (PO_NO, LIN) REFERENCES T_PO_LIN (PO_NO, LIN)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE carrier (
  code varchar(8) NOT NULL, name varchar(60) NOT NULL, tracking_url varchar(255) DEFAULT NULL, volumetric_divisor smallint unsigned DEFAULT 5000,
  PRIMARY KEY (code)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE carrier_zone_rate (
  carrier varchar(8) NOT NULL, zone tinyint unsigned NOT NULL, max_kg decimal(6,2) NOT NULL, price decimal(7,3) NOT NULL,
  PRIMARY KEY (carrier, zone, max_kg), FOREIGN KEY (carrier) REFERENCES carrier (code) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE shipment (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  order_id bigint unsigned NOT NULL,
  WHS char(3) CHARACTER SET latin1 NOT NULL,
  carrier varchar(8) NOT NULL,
  status enum('planned','packed','handed over','delivered','lost') NOT NULL DEFAULT 'planned',
  packed_at datetime DEFAULT NULL,
  delivered_at datetime DEFAULT NULL,
  PRIMARY KEY (id), KEY ix_shipment_order (order_id),
  FOREIGN KEY (order_id) REFERENCES `order` (id),
  FOREIGN KEY (carrier) REFERENCES carrier (code),
  FOREIGN KEY (WHS) REFERENCES T_WHS (WHS)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE shipment_parcel (
  carrier varchar(8) NOT NULL, tracking_no varchar(30) NOT NULL, shipment_id bigint unsigned NOT NULL, weight_kg decimal(7,3) DEFAULT NULL, label blob DEFAULT NULL,
  PRIMARY KEY (carrier, tracking_no), KEY (shipment_id),
  FOREIGN KEY (shipment_id) REFERENCES shipment (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

CREATE TABLE shipment_item (
  shipment_id bigint unsigned NOT NULL, order_id bigint unsigned NOT NULL, line smallint unsigned NOT NULL, quantity decimal(9,3) NOT NULL,
  PRIMARY KEY (shipment_id, order_id, line),
  FOREIGN KEY (shipment_id) REFERENCES shipment (id) ON DELETE CASCADE,
  FOREIGN KEY (order_id, line) REFERENCES order_line (order_id, line)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;

-- ---------------------------------------------------------------- 2018: returns and loyalty, a mobile team
CREATE TABLE `returnReason` (
  `reasonCode` varchar(20) NOT NULL,
  `isCustomerFault` tinyint(1) NOT NULL DEFAULT 0,
  `label` json DEFAULT NULL,
  PRIMARY KEY (`reasonCode`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `returnRequest` (
  `returnId` char(36) NOT NULL,
  `orderId` bigint(20) unsigned NOT NULL,
  `state` enum('requested','labelSent','received','refunded','rejected') NOT NULL DEFAULT 'requested',
  `customerComment` text DEFAULT NULL,
  `createdAt` datetime(3) NOT NULL,
  `closedAt` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`returnId`),
  KEY `ixReturnOrder` (`orderId`),
  CONSTRAINT `fkReturnOrder` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `returnItem` (
  `returnId` char(36) NOT NULL,
  `orderId` bigint(20) unsigned NOT NULL,
  `line` smallint(5) unsigned NOT NULL,
  `quantity` decimal(9,3) NOT NULL,
  `reasonCode` varchar(20) NOT NULL,
  `condition` enum('A','B','C','trash') DEFAULT NULL,
  PRIMARY KEY (`returnId`,`orderId`,`line`),
  CONSTRAINT `fkReturnItemReturn` FOREIGN KEY (`returnId`) REFERENCES `returnRequest` (`returnId`) ON DELETE CASCADE,
  CONSTRAINT `fkReturnItemLine` FOREIGN KEY (`orderId`,`line`) REFERENCES `order_line` (`order_id`,`line`),
  CONSTRAINT `fkReturnItemReason` FOREIGN KEY (`reasonCode`) REFERENCES `returnReason` (`reasonCode`) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `loyaltyAccount` (
  `customerId` int(11) NOT NULL,
  `cardNumber` bigint(20) unsigned NOT NULL,
  `tier` enum('basic','silver','gold') NOT NULL DEFAULT 'basic',
  `nickname` varchar(40) DEFAULT NULL,
  `preferences` json DEFAULT NULL,
  `joinedAt` datetime(6) NOT NULL,
  PRIMARY KEY (`customerId`),
  UNIQUE KEY `uqCard` (`cardNumber`),
  CONSTRAINT `fkLoyaltyCustomer` FOREIGN KEY (`customerId`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `loyaltyTransaction` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `customerId` int(11) NOT NULL,
  `points` int(11) NOT NULL,
  `factor` double NOT NULL DEFAULT 1,
  `orderId` bigint(20) unsigned DEFAULT NULL,
  `bookedAt` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ixLoyaltyCustomer` (`customerId`,`bookedAt`),
  CONSTRAINT `fkLoyaltyTransaction` FOREIGN KEY (`customerId`) REFERENCES `loyaltyAccount` (`customerId`) ON DELETE CASCADE,
  CONSTRAINT `fkLoyaltyOrder` FOREIGN KEY (`orderId`) REFERENCES `order` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `wishlist` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `customerId` int(11) NOT NULL,
  `name` varchar(80) NOT NULL DEFAULT '',
  `public` bit(1) NOT NULL DEFAULT b'0',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uqWishlist` (`customerId`,`name`),
  CONSTRAINT `fkWishlistCustomer` FOREIGN KEY (`customerId`) REFERENCES `tbl_customer` (`customer_id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `wishlistItem` (
  `wishlistId` int(11) NOT NULL,
  `sku` varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL,
  `priority` tinyint(4) NOT NULL DEFAULT 0,
  `addedAt` datetime(3) NOT NULL,
  PRIMARY KEY (`wishlistId`,`sku`),
  CONSTRAINT `fkWishlistItem` FOREIGN KEY (`wishlistId`) REFERENCES `wishlist` (`id`) ON DELETE CASCADE,
  CONSTRAINT `fkWishlistSku` FOREIGN KEY (`sku`) REFERENCES `product_variant` (`sku`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- ---------------------------------------------------------------- 2020 and later: everything else
CREATE TABLE product_review (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id int unsigned NOT NULL,
  customer_id int DEFAULT NULL,
  stars tinyint unsigned NOT NULL CHECK (stars BETWEEN 1 AND 5),
  headline varchar(120) NOT NULL DEFAULT '',
  body text DEFAULT NULL,
  answer_to bigint unsigned DEFAULT NULL,
  published_at datetime(6) DEFAULT NULL,
  FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE,
  FOREIGN KEY (customer_id) REFERENCES tbl_customer (customer_id) ON DELETE SET NULL,
  FOREIGN KEY (answer_to) REFERENCES product_review (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_uca1400_ai_ci;

CREATE TABLE promotion (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  slug varchar(60) NOT NULL UNIQUE,
  rules json NOT NULL,
  starts_at timestamp NOT NULL DEFAULT '2020-01-01 00:00:00',
  ends_at timestamp NULL DEFAULT NULL,
  weekday set('mon','tue','wed','thu','fri','sat','sun') NOT NULL DEFAULT 'mon,tue,wed,thu,fri,sat,sun',
  budget decimal(15,2) DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE promotion_product (
  promotion_id int unsigned NOT NULL,
  product_id int unsigned NOT NULL,
  extra_percent decimal(5,2) DEFAULT NULL,
  PRIMARY KEY (promotion_id, product_id),
  FOREIGN KEY (promotion_id) REFERENCES promotion (id) ON DELETE CASCADE,
  FOREIGN KEY (product_id) REFERENCES product (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE gift_card (
  code char(19) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  initial decimal(8,2) NOT NULL,
  balance decimal(8,2) NOT NULL,
  bought_in bigint unsigned DEFAULT NULL,
  message varchar(280) DEFAULT NULL,
  expires date DEFAULT NULL,
  CHECK (balance BETWEEN 0 AND initial),
  FOREIGN KEY (bought_in) REFERENCES `order` (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE newsletter_subscription (
  email varchar(190) NOT NULL PRIMARY KEY,
  lang char(2) NOT NULL DEFAULT 'de',
  topics set('garden','kitchen','camping','sale') NOT NULL DEFAULT '',
  token binary(16) NOT NULL,
  confirmed_at datetime DEFAULT NULL,
  left_at datetime DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE mail_queue (
  id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  recipient varchar(190) NOT NULL,
  template varchar(40) NOT NULL,
  vars json DEFAULT NULL,
  tries tinyint unsigned NOT NULL DEFAULT 0,
  send_after timestamp(3) NOT NULL DEFAULT current_timestamp(3),
  sent_at timestamp(3) NULL DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

CREATE TABLE page_view_log (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  viewed_on date NOT NULL,
  viewed_at time(3) NOT NULL,
  customer_id int DEFAULT NULL,
  path varchar(255) NOT NULL,
  ms smallint unsigned DEFAULT NULL,
  agent json DEFAULT NULL,
  PRIMARY KEY (id, viewed_on)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci
PARTITION BY RANGE COLUMNS (viewed_on) (
  PARTITION p2025 VALUES LESS THAN ('2026-01-01'),
  PARTITION p2026h1 VALUES LESS THAN ('2026-07-01'),
  PARTITION p2026h2 VALUES LESS THAN ('2027-01-01'),
  PARTITION pmax VALUES LESS THAN (MAXVALUE)
);

CREATE TABLE tbl_audit (
  audit_id bigint NOT NULL AUTO_INCREMENT,
  tab varchar(64) NOT NULL,
  pk varchar(64) NOT NULL,
  what varchar(200) DEFAULT NULL,
  who varchar(80) DEFAULT NULL,
  ts timestamp NOT NULL DEFAULT current_timestamp(),
  PRIMARY KEY (audit_id)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE price_alert (
  customer_id int NOT NULL, sku varchar(24) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL, below decimal(12,4) NOT NULL, told_at datetime DEFAULT NULL,
  PRIMARY KEY (customer_id, sku),
  FOREIGN KEY (customer_id) REFERENCES tbl_customer (customer_id) ON DELETE CASCADE,
  FOREIGN KEY (sku) REFERENCES product_variant (sku) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `tbl_customer_backup_2014` (
  `customer_id` int(11) DEFAULT NULL, `customer_no` varchar(12) DEFAULT NULL, `email` varchar(120) DEFAULT NULL, `phone` varchar(30) DEFAULT NULL
) ENGINE=MyISAM DEFAULT CHARSET=latin1;

-- ---------------------------------------------------------------- views and triggers
CREATE VIEW `v_open_orders` AS
  SELECT o.`id`, o.`order_no`, c.`last_name`, o.`total` FROM `order` o LEFT JOIN `tbl_customer` c ON c.`customer_id` = o.`customer_id`
  WHERE o.`status` IN ('new','paid','picking');

CREATE VIEW V_STK_LOW AS SELECT SKU, SUM(ON_HAND - RSVD) AS AVAIL, SUM(REORD_PT) AS REORD_PT FROM T_STK GROUP BY SKU HAVING SUM(ON_HAND - RSVD) < SUM(REORD_PT);

CREATE TRIGGER `order_status_au` AFTER UPDATE ON `order` FOR EACH ROW
  INSERT INTO `order_status_history` (`order_id`, `old`, `new`) SELECT NEW.`id`, OLD.`status`, NEW.`status` FROM DUAL WHERE OLD.`status` <> NEW.`status`;

CREATE TRIGGER `tbl_customer_bd` BEFORE DELETE ON `tbl_customer` FOR EACH ROW
  INSERT INTO `tbl_audit` (`tab`, `pk`, `what`, `who`) VALUES ('tbl_customer', OLD.`customer_id`, CONCAT('deleted ', OLD.`customer_no`), USER());

CREATE TRIGGER T_GOODS_RCPT_AI AFTER INSERT ON T_GOODS_RCPT FOR EACH ROW
  UPDATE T_PO_LIN SET QTY_RCVD = QTY_RCVD + NEW.QTY - NEW.DMG WHERE PO_NO = NEW.PO_NO AND LIN = NEW.LIN;

SET foreign_key_checks = 1;
