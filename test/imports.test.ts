import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { FOLDER_RULES, layerOf, SUBJECTS_FROM_THE_BOTTOM, subjectOf } from './support/import-rules.ts'

const SOURCE = join(import.meta.dirname, '../src')
const IMPORT = /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm

interface Import {
  from: string
  to: string
  isTypeOnly: boolean
}

function sourceFiles(): string[] {
  return readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SOURCE, file), 'utf8')
  return [...text.matchAll(IMPORT)].map((match) => {
    const specifier = match[2] ?? match[3] ?? ''
    const isOurs = specifier.startsWith('.')
    const to = isOurs ? normalize(join(dirname(file), specifier)) : specifier
    const named = /\{([^}]*)\}/.exec(match[0])?.[1]
    const everyNameIsType = named
      ?.split(',')
      .every((name) => name.trim() === '' || name.trim().startsWith('type '))
    return { from: file, to, isTypeOnly: match[1] !== undefined || everyNameIsType === true }
  })
}

const files = sourceFiles()
const imports = files.flatMap(importsOf)
const ours = imports.filter(({ to }) => files.includes(to))

test('the import rule reads the sources that are there', () => {
  expect(ours.length).toBeGreaterThan(50)
  for (const { from, to } of imports) {
    if (to.endsWith('.ts')) expect(files, `${from} imports ${to}`).toContain(to)
  }
})

test('every folder imports only what the table of folders allows', () => {
  const forbidden = imports.filter(({ from, to, isTypeOnly }) => {
    const rule = FOLDER_RULES[layerOf(from)]
    if (rule === 'everything') return false
    if (rule === undefined) return true
    const target =
      files.includes(to) || to.startsWith('..')
        ? layerOf(to)
        : `npm:${to
            .split('/')
            .slice(0, to.startsWith('@') ? 2 : 1)
            .join('/')}`
    return !(rule.values.includes(target) || (isTypeOnly && rule.types.includes(target)))
  })
  expect(forbidden.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
})

test('subjects import only subjects further down', () => {
  const upward = ours.filter(({ from, to }) => {
    const [importer, imported] = [subjectOf(from), subjectOf(to)]
    if (importer === null || imported === null || importer === imported) return false
    const [high, low] = [importer, imported].map((subject) =>
      SUBJECTS_FROM_THE_BOTTOM.findIndex((row) => row.includes(subject)),
    )
    return high === undefined || low === undefined || low >= high
  })
  expect(upward.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
})

test('no file imports itself by a circle', () => {
  const targets = new Map<string, string[]>()
  for (const { from, to, isTypeOnly } of ours) {
    if (!isTypeOnly) targets.set(from, [...(targets.get(from) ?? []), to])
  }
  const circles: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const target of targets.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  expect(circles).toEqual([])
})

test('only auctions/routes reaches the binding of a room', () => {
  const users = files.filter((file) => /AUCTION_ROOM/.test(readFileSync(join(SOURCE, file), 'utf8')))
  expect(users.filter((file) => !['index.ts', 'deps.ts', 'auctions/routes.ts'].includes(file))).toEqual([])
})
