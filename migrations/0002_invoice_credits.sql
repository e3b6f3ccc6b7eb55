ALTER TABLE `invoice_lines` DROP PRIMARY KEY, ADD PRIMARY KEY(`invoice_id`,`position`);
--> statement-breakpoint
CREATE INDEX `orders_status` ON `orders` (`status`,`id`);
