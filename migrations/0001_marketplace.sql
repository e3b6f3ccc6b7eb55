CREATE TABLE `reserve_changes` (
	`auction_id` bigint NOT NULL,
	`number` bigint NOT NULL,
	`reserve_price_cents` bigint,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `reserve_changes_auction_id_number_pk` PRIMARY KEY(`auction_id`,`number`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`actor_id` bigint,
	`action` varchar(48) character set ascii collate ascii_bin NOT NULL,
	`subject` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`subject_id` bigint NOT NULL,
	`before` json,
	`after` json,
	`address` varchar(64),
	`request_id` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`cause_key` varchar(128) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `audit_log_id` PRIMARY KEY(`id`),
	CONSTRAINT `audit_log_cause` UNIQUE(`cause_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `fee_schedules` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`effective_at` datetime(3) NOT NULL,
	`fees` json NOT NULL,
	`calendar` json NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `fee_schedules_id` PRIMARY KEY(`id`),
	CONSTRAINT `fee_schedules_effective_at` UNIQUE(`effective_at`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `title_documents` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`title_transfer_id` bigint NOT NULL,
	`s3_key` varchar(255) character set ascii collate ascii_bin NOT NULL,
	`filename` varchar(255) NOT NULL,
	`size_bytes` int NOT NULL,
	`doc_type` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`added_by` bigint NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `title_documents_id` PRIMARY KEY(`id`),
	CONSTRAINT `title_documents_s3_key` UNIQUE(`s3_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `title_transfers` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`order_id` bigint NOT NULL,
	`status` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`rejection_reason` varchar(500),
	`due_at` datetime(3) NOT NULL,
	`late_at` datetime(3),
	`submitted_at` datetime(3),
	`completed_at` datetime(3),
	`next_attempt_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `title_transfers_id` PRIMARY KEY(`id`),
	CONSTRAINT `title_transfers_order` UNIQUE(`order_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `transport_events` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`transport_order_id` bigint NOT NULL,
	`status` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`location` varchar(200),
	`note` varchar(500),
	`recorded_by` bigint,
	`creation_key` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`happened_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `transport_events_id` PRIMARY KEY(`id`),
	CONSTRAINT `transport_events_creation` UNIQUE(`creation_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `transport_orders` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`order_id` bigint NOT NULL,
	`status` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`pickup_address` varchar(300),
	`pickup_contact` varchar(200),
	`delivery_address` varchar(300),
	`delivery_contact` varchar(200),
	`carrier` varchar(200),
	`driver` varchar(200),
	`quoted_price_cents` bigint,
	`final_price_cents` bigint,
	`pickup_date` date,
	`delivery_date` date,
	`booked_at` datetime(3),
	`delivered_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `transport_orders_id` PRIMARY KEY(`id`),
	CONSTRAINT `transport_orders_order` UNIQUE(`order_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `notification_preferences` (
	`user_id` bigint NOT NULL,
	`type` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`is_on` boolean NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `notification_preferences_user_id_type_pk` PRIMARY KEY(`user_id`,`type`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `auction_decisions` (
	`auction_id` bigint NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`seller_id` bigint NOT NULL,
	`bidder_id` bigint NOT NULL,
	`stage` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`high_bid_cents` bigint NOT NULL,
	`seller_counter_cents` bigint,
	`bidder_counter_cents` bigint,
	`deadline_at` datetime(3),
	`next_attempt_at` datetime(3),
	`agreed_cents` bigint,
	`decided_at` datetime(3),
	`answer_key` varchar(36) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `auction_decisions_auction_id` PRIMARY KEY(`auction_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `offers` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`auction_id` bigint,
	`buyer_id` bigint NOT NULL,
	`seller_id` bigint NOT NULL,
	`buyer_alias` varchar(32),
	`made_by` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`amount_cents` bigint NOT NULL,
	`message` varchar(500),
	`round` int NOT NULL,
	`previous_id` bigint,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`standing_key` varchar(48) character set ascii collate ascii_bin,
	`expires_at` datetime(3) NOT NULL,
	`next_attempt_at` datetime(3),
	`creation_key` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`answer_key` varchar(36) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `offers_id` PRIMARY KEY(`id`),
	CONSTRAINT `offers_standing` UNIQUE(`standing_key`),
	CONSTRAINT `offers_creation` UNIQUE(`creation_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `invoice_lines` (
	`invoice_id` bigint NOT NULL,
	`kind` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`position` int NOT NULL,
	`description` varchar(200) NOT NULL,
	`rule` varchar(200) NOT NULL,
	`amount_cents` bigint NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `invoice_lines_invoice_id_kind_pk` PRIMARY KEY(`invoice_id`,`kind`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `invoices` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`order_id` bigint NOT NULL,
	`invoice_number` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`fee_schedule_id` bigint NOT NULL,
	`issued_at` datetime(3) NOT NULL,
	`due_at` datetime(3) NOT NULL,
	CONSTRAINT `invoices_id` PRIMARY KEY(`id`),
	CONSTRAINT `invoices_order` UNIQUE(`order_id`),
	CONSTRAINT `invoices_invoice_number` UNIQUE(`invoice_number`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `payments` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`order_id` bigint NOT NULL,
	`method` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`amount_cents` bigint NOT NULL,
	`refunded_cents` bigint NOT NULL,
	`provider` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`provider_reference` varchar(128) character set ascii collate ascii_bin NOT NULL,
	`note` varchar(500),
	`recorded_by` bigint,
	`captured_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `payments_id` PRIMARY KEY(`id`),
	CONSTRAINT `payments_provider_reference` UNIQUE(`provider`,`provider_reference`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `refunds` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`payment_id` bigint NOT NULL,
	`order_id` bigint NOT NULL,
	`amount_cents` bigint NOT NULL,
	`reason` varchar(500) NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`creation_key` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`recorded_by` bigint,
	`processed_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `refunds_id` PRIMARY KEY(`id`),
	CONSTRAINT `refunds_creation` UNIQUE(`creation_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `saved_searches` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`name` varchar(100) NOT NULL,
	`filters` json NOT NULL,
	`notify` boolean NOT NULL,
	`make_key` varchar(64) NOT NULL,
	`model_key` varchar(64) NOT NULL,
	`state_key` varchar(50) NOT NULL,
	`year_min` smallint NOT NULL,
	`year_max` smallint NOT NULL,
	`price_min_cents` bigint NOT NULL,
	`price_max_cents` bigint NOT NULL,
	`mileage_max` int NOT NULL,
	`creation_key` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `saved_searches_id` PRIMARY KEY(`id`),
	CONSTRAINT `saved_searches_creation` UNIQUE(`creation_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `watchlist` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`note` varchar(500),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `watchlist_id` PRIMARY KEY(`id`),
	CONSTRAINT `watchlist_user_vehicle` UNIQUE(`user_id`,`vehicle_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
INSERT INTO `fee_schedules` (`effective_at`, `fees`, `calendar`, `created_at`) VALUES ('2020-01-01 00:00:00.000', '{"buyerFee": {"basisPoints": 450, "min": 22500, "max": 450000}, "titleFee": 7500, "lateFee": 5000, "taxBasisPointsByState": {}, "paymentDueDay": 3, "paymentReminderHours": 24, "defaultAfterDays": 2, "titleDueDays": 5, "titleAbsentDueDays": 21}', '{"timeZone": "America/Chicago", "holidays": ["2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-31", "2028-01-17", "2028-02-21", "2028-05-29", "2028-06-19", "2028-07-04", "2028-09-04", "2028-10-09", "2028-11-10", "2028-11-23", "2028-12-25", "2029-01-01", "2029-01-15", "2029-02-19", "2029-05-28", "2029-06-19", "2029-07-04", "2029-09-03", "2029-10-08", "2029-11-12", "2029-11-22", "2029-12-25"]}', '2026-11-23 00:00:00.000');
--> statement-breakpoint
INSERT INTO `auction_decisions` (`auction_id`, `vehicle_id`, `seller_id`, `bidder_id`, `stage`, `high_bid_cents`, `deadline_at`, `next_attempt_at`, `created_at`, `updated_at`) SELECT `id`, `vehicle_id`, `seller_id`, `high_bidder_id`, 'seller', `current_bid_cents`, date_add(`settled_at`, interval 24 hour), date_add(`settled_at`, interval 24 hour), `settled_at`, `settled_at` FROM `auctions` WHERE `outcome` = 'pending_seller' AND `settled_at` IS NOT NULL AND `high_bidder_id` IS NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `fee_schedule_id` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `buyer_fee_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `title_fee_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `transport_fee_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `late_fee_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `tax_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `total_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `paid_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `refunded_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `sold_at` datetime(3) DEFAULT '2020-01-01 00:00:00.000' NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `due_at` datetime(3) DEFAULT '2020-01-01 00:00:00.000' NOT NULL;
--> statement-breakpoint
UPDATE `orders` SET `fee_schedule_id` = (SELECT `id` FROM `fee_schedules` ORDER BY `effective_at` DESC LIMIT 1), `total_cents` = `vehicle_price_cents`, `sold_at` = `created_at`, `due_at` = date_add(`created_at`, interval 5 day) WHERE `total_cents` = 0;
--> statement-breakpoint
INSERT INTO `invoices` (`order_id`, `invoice_number`, `fee_schedule_id`, `issued_at`, `due_at`) SELECT `id`, replace(`order_number`, 'ORD', 'INV'), `fee_schedule_id`, `sold_at`, `due_at` FROM `orders` WHERE `id` NOT IN (SELECT `order_id` FROM `invoices`);
--> statement-breakpoint
INSERT INTO `invoice_lines` (`invoice_id`, `kind`, `position`, `description`, `rule`, `amount_cents`, `created_at`) SELECT `invoices`.`id`, 'vehicle', 0, 'Vehicle', 'Hammer price', `orders`.`vehicle_price_cents`, `orders`.`sold_at` FROM `invoices` JOIN `orders` ON `orders`.`id` = `invoices`.`order_id` WHERE `invoices`.`id` NOT IN (SELECT `invoice_id` FROM `invoice_lines`);
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `fee_schedule_id` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `buyer_fee_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `title_fee_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `transport_fee_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `late_fee_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `tax_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `total_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `paid_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `refunded_cents` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `sold_at` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `orders` ALTER COLUMN `due_at` DROP DEFAULT;
--> statement-breakpoint
ALTER TABLE `auctions` ADD `start_told_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `auctions` ADD `end_told_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `auctions` ADD `end_moves` int DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `status_reason` varchar(500);
--> statement-breakpoint
ALTER TABLE `orders` ADD `is_pickup` boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE `orders` ADD `reminded_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `orders` ADD `overdue_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `orders` ADD `paid_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `orders` ADD `completed_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `orders` ADD `may_cancel_since` datetime(3);
--> statement-breakpoint
ALTER TABLE `orders` ADD `next_attempt_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `seller_profiles` ADD `review_reason` varchar(500);
--> statement-breakpoint
ALTER TABLE `seller_profiles` ADD `reviewed_at` datetime(3);
--> statement-breakpoint
ALTER TABLE `users` ADD `deposit_cents` bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `vehicles` ADD `title_absent` boolean;
--> statement-breakpoint
ALTER TABLE `vehicles` ADD `next_attempt_at` datetime(3);
--> statement-breakpoint
CREATE INDEX `audit_log_subject` ON `audit_log` (`subject`,`subject_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor_id`,`id`);
--> statement-breakpoint
CREATE INDEX `audit_log_action` ON `audit_log` (`action`,`id`);
--> statement-breakpoint
CREATE INDEX `title_documents_transfer` ON `title_documents` (`title_transfer_id`);
--> statement-breakpoint
CREATE INDEX `title_transfers_next_attempt` ON `title_transfers` (`next_attempt_at`);
--> statement-breakpoint
CREATE INDEX `transport_events_order` ON `transport_events` (`transport_order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `auction_decisions_next_attempt` ON `auction_decisions` (`next_attempt_at`);
--> statement-breakpoint
CREATE INDEX `auction_decisions_vehicle` ON `auction_decisions` (`vehicle_id`);
--> statement-breakpoint
CREATE INDEX `auction_decisions_bidder` ON `auction_decisions` (`bidder_id`);
--> statement-breakpoint
CREATE INDEX `auction_decisions_seller` ON `auction_decisions` (`seller_id`);
--> statement-breakpoint
CREATE INDEX `offers_next_attempt` ON `offers` (`next_attempt_at`);
--> statement-breakpoint
CREATE INDEX `offers_vehicle_standing` ON `offers` (`vehicle_id`,`standing_key`);
--> statement-breakpoint
CREATE INDEX `offers_vehicle_buyer` ON `offers` (`vehicle_id`,`buyer_id`,`id`);
--> statement-breakpoint
CREATE INDEX `offers_vehicle_seller` ON `offers` (`vehicle_id`,`seller_id`,`id`);
--> statement-breakpoint
CREATE INDEX `offers_buyer` ON `offers` (`buyer_id`,`id`);
--> statement-breakpoint
CREATE INDEX `offers_seller` ON `offers` (`seller_id`,`id`);
--> statement-breakpoint
CREATE INDEX `offers_auction` ON `offers` (`auction_id`,`id`);
--> statement-breakpoint
CREATE INDEX `payments_order` ON `payments` (`order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_payment` ON `refunds` (`payment_id`,`id`);
--> statement-breakpoint
CREATE INDEX `refunds_order` ON `refunds` (`order_id`,`id`);
--> statement-breakpoint
CREATE INDEX `saved_searches_user` ON `saved_searches` (`user_id`,`id`);
--> statement-breakpoint
CREATE INDEX `saved_searches_match` ON `saved_searches` (`notify`,`make_key`,`model_key`,`state_key`,`year_min`,`year_max`,`price_min_cents`,`price_max_cents`,`mileage_max`);
--> statement-breakpoint
CREATE INDEX `watchlist_user` ON `watchlist` (`user_id`,`id`);
--> statement-breakpoint
CREATE INDEX `watchlist_vehicle` ON `watchlist` (`vehicle_id`,`user_id`);
--> statement-breakpoint
CREATE INDEX `auctions_start_untold` ON `auctions` (`start_told_at`,`status`,`starts_at`);
--> statement-breakpoint
CREATE INDEX `auctions_end_untold` ON `auctions` (`end_told_at`,`status`,`ends_at`);
--> statement-breakpoint
CREATE INDEX `notifications_unread` ON `notifications` (`user_id`,`read_at`,`id`);
--> statement-breakpoint
CREATE INDEX `orders_next_attempt` ON `orders` (`next_attempt_at`);
--> statement-breakpoint
CREATE INDEX `orders_buyer_status` ON `orders` (`buyer_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `orders_seller_status` ON `orders` (`seller_id`,`status`,`id`);
--> statement-breakpoint
CREATE INDEX `orders_auction` ON `orders` (`auction_id`);
--> statement-breakpoint
CREATE INDEX `seller_profiles_status` ON `seller_profiles` (`status`,`id`);
--> statement-breakpoint
CREATE INDEX `vehicles_next_attempt` ON `vehicles` (`next_attempt_at`);
