DROP INDEX `orders_status` ON `orders`;
--> statement-breakpoint
ALTER TABLE `invoice_lines` DROP PRIMARY KEY, ADD PRIMARY KEY(`invoice_id`,`kind`);
