DROP INDEX `vehicles_next_attempt` ON `vehicles`;
--> statement-breakpoint
DROP INDEX `seller_profiles_status` ON `seller_profiles`;
--> statement-breakpoint
DROP INDEX `orders_auction` ON `orders`;
--> statement-breakpoint
DROP INDEX `orders_seller_status` ON `orders`;
--> statement-breakpoint
DROP INDEX `orders_buyer_status` ON `orders`;
--> statement-breakpoint
DROP INDEX `orders_next_attempt` ON `orders`;
--> statement-breakpoint
DROP INDEX `notifications_unread` ON `notifications`;
--> statement-breakpoint
DROP INDEX `auctions_end_untold` ON `auctions`;
--> statement-breakpoint
DROP INDEX `auctions_start_untold` ON `auctions`;
--> statement-breakpoint
ALTER TABLE `vehicles` DROP COLUMN `next_attempt_at`;
--> statement-breakpoint
ALTER TABLE `vehicles` DROP COLUMN `title_absent`;
--> statement-breakpoint
ALTER TABLE `users` DROP COLUMN `deposit_cents`;
--> statement-breakpoint
ALTER TABLE `seller_profiles` DROP COLUMN `reviewed_at`;
--> statement-breakpoint
ALTER TABLE `seller_profiles` DROP COLUMN `review_reason`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `next_attempt_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `may_cancel_since`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `completed_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `paid_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `overdue_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `reminded_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `is_pickup`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `status_reason`;
--> statement-breakpoint
ALTER TABLE `auctions` DROP COLUMN `end_moves`;
--> statement-breakpoint
ALTER TABLE `auctions` DROP COLUMN `end_told_at`;
--> statement-breakpoint
ALTER TABLE `auctions` DROP COLUMN `start_told_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `due_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `sold_at`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `refunded_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `paid_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `total_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `tax_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `late_fee_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `transport_fee_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `title_fee_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `buyer_fee_cents`;
--> statement-breakpoint
ALTER TABLE `orders` DROP COLUMN `fee_schedule_id`;
--> statement-breakpoint
DROP TABLE `watchlist`;
--> statement-breakpoint
DROP TABLE `saved_searches`;
--> statement-breakpoint
DROP TABLE `refunds`;
--> statement-breakpoint
DROP TABLE `payments`;
--> statement-breakpoint
DROP TABLE `invoices`;
--> statement-breakpoint
DROP TABLE `invoice_lines`;
--> statement-breakpoint
DROP TABLE `offers`;
--> statement-breakpoint
DROP TABLE `auction_decisions`;
--> statement-breakpoint
DROP TABLE `notification_preferences`;
--> statement-breakpoint
DROP TABLE `transport_orders`;
--> statement-breakpoint
DROP TABLE `transport_events`;
--> statement-breakpoint
DROP TABLE `title_transfers`;
--> statement-breakpoint
DROP TABLE `title_documents`;
--> statement-breakpoint
DROP TABLE `fee_schedules`;
--> statement-breakpoint
DROP TABLE `audit_log`;
--> statement-breakpoint
DROP TABLE `reserve_changes`;
