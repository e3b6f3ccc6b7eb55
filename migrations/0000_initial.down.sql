DROP TABLE `vehicles`;
--> statement-breakpoint
DROP TABLE `vehicle_images`;
--> statement-breakpoint
DROP TABLE `vehicle_documents`;
--> statement-breakpoint
DROP TABLE `webhook_messages`;
--> statement-breakpoint
DROP TABLE `users`;
--> statement-breakpoint
DROP TABLE `user_roles`;
--> statement-breakpoint
DROP TABLE `seller_profiles`;
--> statement-breakpoint
DROP TABLE `refresh_families`;
--> statement-breakpoint
DROP TABLE `orders`;
--> statement-breakpoint
DROP TABLE `notifications`;
--> statement-breakpoint
DROP TABLE `list_counts`;
--> statement-breakpoint
DROP TABLE `idempotency_keys`;
--> statement-breakpoint
DROP TABLE `bids`;
--> statement-breakpoint
DROP TABLE `auctions`;
--> statement-breakpoint
DROP TABLE `auction_bidders`;
