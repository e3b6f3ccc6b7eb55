ALTER TABLE `vehicles` DROP COLUMN `vin_warnings`;
