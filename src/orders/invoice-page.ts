import { html, raw } from 'hono/html'
import { formatAmount } from '../lib/money.ts'
import type { Invoice } from './invoice-schemas.ts'
import { isEnded } from './order.ts'

const STYLE = `
:root { color-scheme: light; }
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 0.8rem; margin: 0 0 0.2rem; color: #555; text-transform: uppercase; letter-spacing: 0.05em; }
header, .parties { display: flex; justify-content: space-between; gap: 2rem; margin-bottom: 1.6rem; }
header p, .parties p { margin: 0; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.6rem; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.3rem; border-bottom: 1px solid #ccc; }
.amount { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.rule { display: block; color: #555; font-size: 0.85em; }
tfoot td, tfoot th { border-bottom: 0; font-weight: 400; }
tfoot .strong td, tfoot .strong th { border-top: 2px solid #111; font-weight: 700; }
footer { margin-top: 1.6rem; color: #555; }
@media (max-width: 30rem) { header, .parties { flex-direction: column; gap: 0.8rem; } }
@media print {
  @page { margin: 18mm; }
  body { margin: 0; padding: 0; max-width: none; font-size: 10pt; }
  tr, .parties { break-inside: avoid; }
  thead { display: table-header-group; }
}
`

/** The page runs nothing, loads nothing, and is styled by its own sheet alone. */
export async function invoicePagePolicy(): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(STYLE))
  const style = `style-src 'sha256-${new Uint8Array(digest).toBase64()}'`
  return `default-src 'none'; ${style}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}

/** An invoice as a page to print (M5). Everything in it is escaped; days are those of the market. */
export function renderInvoice(invoice: Invoice) {
  const { vehicle, buyer, seller } = invoice
  const name = [vehicle.year, vehicle.make, vehicle.model, vehicle.trim]
    .filter((part) => part !== null)
    .join(' ')
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Invoice ${invoice.invoice_number}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<div><h1>Invoice</h1><p>${invoice.invoice_number}</p></div>
<div><p>Order ${invoice.order_number}</p><p>Issued ${dayOf(invoice, invoice.issued_at)}</p>
<p><strong>${dueText(invoice)}</strong></p></div>
</header>
<section class="parties">
<div><h2>Buyer</h2>${linesOf([buyer.display_name, ...addressLines(buyer.address), buyer.email, buyer.phone])}</div>
<div><h2>Seller</h2>${linesOf([seller.display_name, seller.email, seller.phone])}</div>
</section>
<table>
<caption>${name} · VIN ${vehicle.vin}</caption>
<thead><tr><th scope="col">Item</th><th scope="col" class="amount">${invoice.currency}</th></tr></thead>
<tbody>${invoice.lines.map(
    ({ description, rule, amount }) =>
      html`<tr><td>${description}<span class="rule">${rule}</span></td><td class="amount">${formatAmount(amount)}</td></tr>`,
  )}</tbody>
<tfoot>
${sumRow('Total', formatAmount(invoice.total), 'strong')}
${sumRow('Paid', formatAmount(invoice.paid))}
${invoice.refunded > 0 ? sumRow('Refunded', formatAmount(invoice.refunded)) : ''}
${sumRow('Balance due', formatAmount(invoice.balance), 'strong')}
</tfoot>
</table>
<footer><p>Days end at midnight, ${invoice.time_zone}.</p></footer>
</body>
</html>`
}

const sumRow = (label: string, amount: string, className = '') =>
  html`<tr class="${className}"><th scope="row">${label}</th><td class="amount">${amount}</td></tr>`

const linesOf = (lines: (string | null)[]) =>
  lines.filter((line) => line !== null && line !== '').map((line) => html`<p>${line}</p>`)

function addressLines({
  line1,
  line2,
  city,
  state,
  zip_code,
}: Invoice['buyer']['address']): (string | null)[] {
  const place = [city, [state, zip_code].filter((part) => part !== null).join(' ')].filter(Boolean).join(', ')
  return [line1, line2, place]
}

const dayOf = ({ time_zone: timeZone }: Invoice, at: Date): string =>
  new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'long' }).format(at)

function dueText(invoice: Invoice): string {
  if (isEnded(invoice.status)) return `The order is ${invoice.status}: nothing is due`
  if (invoice.balance === 0) return 'Paid in full'
  // The due instant is the first one that is too late: the last moment before it names the day.
  return `Due by the end of ${dayOf(invoice, new Date(invoice.due_at.getTime() - 1))}`
}
