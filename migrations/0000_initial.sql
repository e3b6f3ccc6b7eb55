CREATE TABLE `auction_bidders` (
	`auction_id` bigint NOT NULL,
	`user_id` bigint NOT NULL,
	`alias` varchar(32) NOT NULL,
	`max_bid_cents` bigint,
	`projected` bigint NOT NULL,
	CONSTRAINT `auction_bidders_auction_id_user_id_pk` PRIMARY KEY(`auction_id`,`user_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `auctions` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`creation_key` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`seller_id` bigint NOT NULL,
	`seller_profile_id` bigint,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`outcome` varchar(16) character set ascii collate ascii_bin,
	`cancel_reason` varchar(500),
	`sale_type` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`below_reserve` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`starting_price_cents` bigint NOT NULL,
	`reserve_price_cents` bigint,
	`buy_now_price_cents` bigint,
	`increments` json NOT NULL,
	`soft_close_mode` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`soft_close_window_s` int NOT NULL,
	`soft_close_extension_s` int NOT NULL,
	`soft_close_max_extensions` int,
	`starts_at` datetime(3) NOT NULL,
	`ends_at` datetime(3) NOT NULL,
	`ending_key` bigint NOT NULL,
	`original_ends_at` datetime(3) NOT NULL,
	`extended_count` int NOT NULL DEFAULT 0,
	`current_bid_cents` bigint NOT NULL,
	`price_cents` bigint NOT NULL,
	`minimum_bid_cents` bigint,
	`reserve_met` boolean,
	`bid_count` int NOT NULL DEFAULT 0,
	`high_bidder_id` bigint,
	`high_bidder_alias` varchar(32),
	`make` varchar(64) NOT NULL,
	`model` varchar(64) NOT NULL,
	`year` smallint NOT NULL,
	`seq` bigint NOT NULL DEFAULT 0,
	`projected` bigint NOT NULL DEFAULT 0,
	`armed_at` datetime(3),
	`settled_at` datetime(3),
	`next_attempt_at` datetime(3),
	`attempts` int NOT NULL DEFAULT 0,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `auctions_id` PRIMARY KEY(`id`),
	CONSTRAINT `auctions_creation_key` UNIQUE(`creation_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `bids` (
	`auction_id` bigint NOT NULL,
	`bid_id` bigint NOT NULL,
	`seq` bigint,
	`user_id` bigint NOT NULL,
	`alias` varchar(32) NOT NULL,
	`kind` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`amount_cents` bigint NOT NULL,
	`offered_cents` bigint NOT NULL,
	`current_bid_cents` bigint NOT NULL,
	`leader_alias` varchar(32) NOT NULL,
	`voided_at` datetime(3),
	`void_reason` varchar(500),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `bids_auction_id_bid_id_pk` PRIMARY KEY(`auction_id`,`bid_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`user_id` bigint NOT NULL,
	`key` varchar(255) character set ascii collate ascii_bin NOT NULL,
	`fingerprint` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`claim` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`leased_until` datetime(3) NOT NULL,
	`status` smallint,
	`body` mediumtext,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `idempotency_keys_user_id_key_pk` PRIMARY KEY(`user_id`,`key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `list_counts` (
	`list_key` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`subject` varchar(32) NOT NULL,
	`specification` json NOT NULL,
	`total` int,
	`total_capped` boolean NOT NULL DEFAULT false,
	`marks` json,
	`counted_at` datetime(3),
	`wanted_until` datetime(3) NOT NULL,
	`next_attempt_at` datetime(3) NOT NULL,
	CONSTRAINT `list_counts_list_key` PRIMARY KEY(`list_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`type` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`title` varchar(200) NOT NULL,
	`message` text NOT NULL,
	`data` json NOT NULL,
	`cause_key` varchar(128) character set ascii collate ascii_bin NOT NULL,
	`read_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `notifications_id` PRIMARY KEY(`id`),
	CONSTRAINT `notifications_cause` UNIQUE(`user_id`,`cause_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`order_number` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`source_key` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`auction_id` bigint,
	`vehicle_id` bigint NOT NULL,
	`buyer_id` bigint NOT NULL,
	`seller_id` bigint NOT NULL,
	`vehicle_price_cents` bigint NOT NULL,
	`status` varchar(24) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `orders_id` PRIMARY KEY(`id`),
	CONSTRAINT `orders_source_key` UNIQUE(`source_key`),
	CONSTRAINT `orders_order_number` UNIQUE(`order_number`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `refresh_families` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`user_id` bigint NOT NULL,
	`generation` int NOT NULL DEFAULT 0,
	`rotated_at` datetime(3) NOT NULL,
	`revoked_at` datetime(3),
	`expires_at` datetime(3) NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `refresh_families_id` PRIMARY KEY(`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `seller_profiles` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`user_id` bigint NOT NULL,
	`business_name` varchar(200) NOT NULL,
	`dealer_license` varchar(64),
	`tax_id` varchar(64),
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'pending',
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `seller_profiles_id` PRIMARY KEY(`id`),
	CONSTRAINT `seller_profiles_user_id` UNIQUE(`user_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `user_roles` (
	`user_id` bigint NOT NULL,
	`role` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`granted_at` datetime(3) NOT NULL,
	CONSTRAINT `user_roles_user_id_role_pk` PRIMARY KEY(`user_id`,`role`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `users` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`clerk_user_id` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`email` varchar(254) NOT NULL,
	`first_name` varchar(100),
	`last_name` varchar(100),
	`phone` varchar(32),
	`address_line1` varchar(200),
	`address_line2` varchar(200),
	`city` varchar(100),
	`state` varchar(50),
	`zip_code` varchar(20),
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'active',
	`is_id_verified` boolean NOT NULL DEFAULT false,
	`has_payment_method` boolean NOT NULL DEFAULT false,
	`clerk_updated_at` datetime(3),
	`status_reason` varchar(500),
	`standing_revision` int NOT NULL DEFAULT 0,
	`next_attempt_at` datetime(3),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `users_id` PRIMARY KEY(`id`),
	CONSTRAINT `users_clerk_user_id` UNIQUE(`clerk_user_id`),
	CONSTRAINT `users_email` UNIQUE(`email`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `webhook_messages` (
	`provider` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`message_id` varchar(128) character set ascii collate ascii_bin NOT NULL,
	`received_at` datetime(3) NOT NULL,
	CONSTRAINT `webhook_messages_provider_message_id_pk` PRIMARY KEY(`provider`,`message_id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `vehicle_documents` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`s3_key` varchar(255) character set ascii collate ascii_bin NOT NULL,
	`filename` varchar(255) NOT NULL,
	`size_bytes` int NOT NULL,
	`doc_type` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`visibility` varchar(8) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `vehicle_documents_id` PRIMARY KEY(`id`),
	CONSTRAINT `vehicle_documents_s3_key` UNIQUE(`s3_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `vehicle_images` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`vehicle_id` bigint NOT NULL,
	`s3_key` varchar(255) character set ascii collate ascii_bin NOT NULL,
	`content_type` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`size_bytes` int NOT NULL,
	`caption` varchar(200),
	`is_primary` boolean NOT NULL DEFAULT false,
	`sort_order` int NOT NULL,
	`created_at` datetime(3) NOT NULL,
	CONSTRAINT `vehicle_images_id` PRIMARY KEY(`id`),
	CONSTRAINT `vehicle_images_s3_key` UNIQUE(`s3_key`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE TABLE `vehicles` (
	`id` bigint AUTO_INCREMENT NOT NULL,
	`seller_id` bigint NOT NULL,
	`status` varchar(16) character set ascii collate ascii_bin NOT NULL DEFAULT 'draft',
	`vin` varchar(17) character set ascii collate ascii_bin NOT NULL,
	`live_vin` varchar(17) character set ascii collate ascii_bin,
	`year` smallint,
	`make` varchar(64),
	`model` varchar(64),
	`trim` varchar(64),
	`body_type` varchar(64),
	`engine` varchar(100),
	`transmission` varchar(64),
	`drivetrain` varchar(32),
	`fuel_type` varchar(32),
	`exterior_color` varchar(32),
	`interior_color` varchar(32),
	`mileage` int,
	`condition` varchar(16) character set ascii collate ascii_bin,
	`title_type` varchar(24) character set ascii collate ascii_bin,
	`title_state` varchar(32),
	`odometer_status` varchar(16) character set ascii collate ascii_bin,
	`condition_grade_tenths` smallint,
	`has_keys` boolean,
	`description` text,
	`starting_price_cents` bigint,
	`reserve_price_cents` bigint,
	`buy_now_price_cents` bigint,
	`location_address` varchar(200),
	`location_city` varchar(100),
	`location_state` varchar(50),
	`location_zip` varchar(20),
	`review_reason` varchar(500),
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	`is_listed` boolean GENERATED ALWAYS AS ((status in ('active', 'in_auction'))) STORED,
	`mileage_key` int GENERATED ALWAYS AS ((coalesce(mileage, 2147483647))) STORED,
	CONSTRAINT `vehicles_id` PRIMARY KEY(`id`),
	CONSTRAINT `vehicles_live_vin` UNIQUE(`live_vin`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
--> statement-breakpoint
CREATE INDEX `auction_bidders_user` ON `auction_bidders` (`user_id`,`auction_id`);--> statement-breakpoint
CREATE INDEX `auctions_next_attempt` ON `auctions` (`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `auctions_vehicle` ON `auctions` (`vehicle_id`,`id`);--> statement-breakpoint
CREATE INDEX `auctions_seller` ON `auctions` (`seller_id`,`ending_key`,`id`,`status`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_ending` ON `auctions` (`ending_key`,`id`,`status`,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_newest` ON `auctions` (id desc,`status`,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_price` ON `auctions` (price_cents desc,id desc,`status`,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`);--> statement-breakpoint
CREATE INDEX `auctions_bids` ON `auctions` (bid_count desc,id desc,`status`,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_status_ending` ON `auctions` (`status`,`ending_key`,`id`,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_status_newest` ON `auctions` (`status`,id desc,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `auctions_status_price` ON `auctions` (`status`,price_cents desc,id desc,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`);--> statement-breakpoint
CREATE INDEX `auctions_status_bids` ON `auctions` (`status`,bid_count desc,id desc,`seller_id`,`vehicle_id`,`make`,`model`,`year`,`ends_at`,`price_cents`);--> statement-breakpoint
CREATE INDEX `bids_history` ON `bids` (`auction_id`,`seq`);--> statement-breakpoint
CREATE INDEX `bids_user` ON `bids` (`user_id`,`auction_id`);--> statement-breakpoint
CREATE INDEX `idempotency_keys_created_at` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE INDEX `list_counts_next_attempt` ON `list_counts` (`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `notifications_user` ON `notifications` (`user_id`,`id`);--> statement-breakpoint
CREATE INDEX `orders_buyer` ON `orders` (`buyer_id`,`id`);--> statement-breakpoint
CREATE INDEX `orders_seller` ON `orders` (`seller_id`,`id`);--> statement-breakpoint
CREATE INDEX `orders_vehicle` ON `orders` (`vehicle_id`);--> statement-breakpoint
CREATE INDEX `refresh_families_user_id` ON `refresh_families` (`user_id`);--> statement-breakpoint
CREATE INDEX `refresh_families_expires_at` ON `refresh_families` (`expires_at`);--> statement-breakpoint
CREATE INDEX `users_next_attempt` ON `users` (`next_attempt_at`);--> statement-breakpoint
CREATE INDEX `webhook_messages_received_at` ON `webhook_messages` (`received_at`);--> statement-breakpoint
CREATE INDEX `vehicle_documents_vehicle` ON `vehicle_documents` (`vehicle_id`);--> statement-breakpoint
CREATE INDEX `vehicle_images_vehicle` ON `vehicle_images` (`vehicle_id`,`sort_order`);--> statement-breakpoint
CREATE INDEX `vehicle_images_primary` ON `vehicle_images` (`vehicle_id`,`is_primary`);--> statement-breakpoint
CREATE INDEX `vehicles_seller` ON `vehicles` (`seller_id`,id desc,`year`,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`status`,`starting_price_cents`,`mileage_key`);--> statement-breakpoint
CREATE INDEX `vehicles_newest` ON `vehicles` (`is_listed`,id desc,`year`,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`seller_id`,`status`,`starting_price_cents`,`mileage_key`);--> statement-breakpoint
CREATE INDEX `vehicles_price_asc` ON `vehicles` (`is_listed`,`starting_price_cents`,`id`,`year`,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`seller_id`,`status`,`mileage_key`);--> statement-breakpoint
CREATE INDEX `vehicles_price_desc` ON `vehicles` (`is_listed`,starting_price_cents desc,id desc,`year`,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`seller_id`,`status`,`mileage_key`);--> statement-breakpoint
CREATE INDEX `vehicles_year_desc` ON `vehicles` (`is_listed`,year desc,id desc,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`seller_id`,`status`,`starting_price_cents`,`mileage_key`);--> statement-breakpoint
CREATE INDEX `vehicles_mileage_asc` ON `vehicles` (`is_listed`,`mileage_key`,`id`,`year`,`make`,`model`,`trim`,`vin`,`body_type`,`title_type`,`condition`,`location_state`,`seller_id`,`status`,`starting_price_cents`);