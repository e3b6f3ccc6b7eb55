/** Grouped bars, by hand: two dozen rectangles are no reason for a library. */
export interface BarChart {
  title: string
  /** Of all values. */
  unit: string
  series: readonly string[]
  groups: readonly { label: string; values: readonly number[] }[]
  /** For values of several magnitudes. */
  isLogarithmic?: boolean
}

const WIDTH = 760
const HEIGHT = 360
const PLOT = { left: 70, right: 740, top: 70, bottom: 310 }
const COLORS = ['#9aa5b1', '#1f6feb', '#d29922', '#2da44e']
const GROUP_FILL = 0.75
const TICKS = 5
const FONT = 'font-family="ui-sans-serif, system-ui, sans-serif"'

export function drawBars(chart: BarChart): string {
  const scale = scaleOf(chart)
  const groupWidth = (PLOT.right - PLOT.left) / chart.groups.length
  const barWidth = (groupWidth * GROUP_FILL) / chart.series.length
  const bars = chart.groups.flatMap(({ label, values }, group) => {
    const left = PLOT.left + group * groupWidth + (groupWidth * (1 - GROUP_FILL)) / 2
    return [
      text(left + (groupWidth * GROUP_FILL) / 2, PLOT.bottom + 20, label, 'middle'),
      ...values.flatMap((value, index) => {
        const x = left + index * barWidth
        const y = scale.yOf(value)
        return [
          `<rect x="${round(x)}" y="${round(y)}" width="${round(barWidth - 2)}" height="${round(PLOT.bottom - y)}" fill="${COLORS[index % COLORS.length]}"/>`,
          text(x + barWidth / 2 - 1, y - 4, shorten(value), 'middle', 10),
        ]
      }),
    ]
  })
  const grid = scale.ticks.flatMap((tick) => {
    const y = round(scale.yOf(tick))
    return [
      `<line x1="${PLOT.left}" x2="${PLOT.right}" y1="${y}" y2="${y}" stroke="#e1e4e8"/>`,
      text(PLOT.left - 8, scale.yOf(tick) + 4, shorten(tick), 'end'),
    ]
  })
  const legend = chart.series.flatMap((name, index) => {
    const x = PLOT.left + index * 150
    return [
      `<rect x="${x}" y="40" width="12" height="12" fill="${COLORS[index % COLORS.length]}"/>`,
      text(x + 18, 51, name, 'start'),
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}">`,
    `<title>${escapeText(chart.title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(
      PLOT.left,
      26,
      `${chart.title} (${chart.unit}${chart.isLogarithmic ? ', logarithmic' : ''})`,
      'start',
      15,
    ),
    ...legend,
    ...grid,
    ...bars,
    '</svg>',
    '',
  ].join('\n')
}

function scaleOf({ groups, isLogarithmic = false }: BarChart) {
  const values = groups
    .flatMap((group) => group.values)
    .filter((value) => Number.isFinite(value) && value > 0)
  const largest = Math.max(...values, Number.MIN_VALUE)
  const height = PLOT.bottom - PLOT.top
  if (!isLogarithmic) {
    const step = niceStep(largest / TICKS)
    const top = Math.ceil(largest / step) * step
    return {
      ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step),
      yOf: (value: number) => PLOT.bottom - (height * (Number.isFinite(value) ? value : 0)) / top,
    }
  }
  const from = Math.floor(Math.log10(Math.min(...values, largest)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(largest)))
  return {
    ticks: Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index)),
    yOf: (value: number) =>
      value > 0 ? PLOT.bottom - (height * (Math.log10(value) - from)) / (to - from) : PLOT.bottom,
  }
}

function niceStep(rough: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(rough))
  return magnitude * ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10)
}

function shorten(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1e6) return `${trim(value / 1e6)}M`
  if (value >= 1e4) return `${trim(value / 1e3)}k`
  return trim(value)
}

const trim = (value: number): string => String(Number(value.toPrecision(3)))
const round = (value: number): string => value.toFixed(1)

const escapeText = (content: string): string => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', size = 12): string {
  return `<text x="${round(x)}" y="${round(y)}" ${FONT} font-size="${size}" fill="#24292f" text-anchor="${anchor}">${escapeText(content)}</text>`
}
