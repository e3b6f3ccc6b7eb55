import { describe, expect, test } from 'vitest'
import { invertStatements, joinStatements, splitStatements } from '../../local/migration-files.ts'

describe('migration files', () => {
  test('are split at the breakpoints, without comments of their own', () => {
    const sql =
      'CREATE TABLE `a` (`b` int);\n--> statement-breakpoint\n\n-- only words\n--> statement-breakpoint\nDROP TABLE `c`'
    expect(splitStatements(sql)).toEqual(['CREATE TABLE `a` (`b` int)', 'DROP TABLE `c`'])
  })

  test('what is joined splits into the same statements', () => {
    const statements = ['DROP TABLE `b`', "INSERT INTO `a` VALUES ('x;y')"]
    expect(splitStatements(joinStatements(statements))).toEqual(statements)
  })

  test('what only adds has a way back, in reverse order', () => {
    expect(
      invertStatements([
        'CREATE TABLE `a` (\n\t`id` int\n)',
        'CREATE UNIQUE INDEX `a_id` ON `a` (`id`)',
        'CREATE INDEX `old_name` ON `old` (`name`)',
        'ALTER TABLE `old` ADD `phone` varchar(30)',
        'ALTER TABLE `old` ADD CONSTRAINT `old_phone` UNIQUE(`phone`)',
        'RENAME TABLE `x` TO `y`',
      ]),
    ).toEqual([
      'RENAME TABLE `y` TO `x`',
      'ALTER TABLE `old` DROP INDEX `old_phone`',
      'ALTER TABLE `old` DROP COLUMN `phone`',
      'DROP INDEX `old_name` ON `old`',
      'DROP TABLE `a`',
    ])
  })

  test.each([
    'DROP TABLE `a`',
    'ALTER TABLE `a` DROP COLUMN `b`',
    'ALTER TABLE `a` MODIFY COLUMN `b` int',
    'UPDATE `a` SET `b` = 1',
  ])('what loses something has none that a program could write: %s', (statement) => {
    expect(invertStatements(['CREATE TABLE `n` (`id` int)', statement])).toBeUndefined()
  })
})
