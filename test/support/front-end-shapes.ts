/** What the React front end sends and reads, as tests match it. */
import { expect } from 'vitest'

export const text = expect.any(String)
export const number = expect.any(Number)
export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

export const USER = {
  id: number,
  email: text,
  first_name: text,
  last_name: text,
  phone: null,
  address: { line1: null, line2: null, city: null, state: null, zip_code: null },
  role: 'buyer',
  roles: ['buyer'],
  status: 'active',
  is_id_verified: false,
  has_payment_method: false,
  can_bid: true,
  seller_profile: null,
  created_at: time,
}

export const LISTED = {
  id: number,
  vin: text,
  year: 2003,
  make: 'Honda',
  model: 'Accord',
  trim: 'EX',
  mileage: 91_234,
  condition: 'runs_drives',
  title_type: 'clean',
  starting_price: 4500,
  buy_now_price: 12_000,
  location_city: 'Dallas',
  location_state: 'TX',
  primary_image_url: text,
}

/** A vehicle by itself, as a stranger sees it outside an auction. */
export const VEHICLE = {
  ...LISTED,
  body_type: 'Sedan',
  engine: '2.4L I4',
  transmission: 'Automatic',
  drivetrain: 'FWD',
  fuel_type: 'Gasoline',
  exterior_color: 'Silver',
  interior_color: null,
  title_state: 'TX',
  title_absent: null,
  odometer_status: null,
  condition_grade: null,
  has_keys: true,
  description: 'One owner, dry.',
  reserve_price: null,
  location: { address: null, city: 'Dallas', state: 'TX', zip: '75201' },
  documents: [],
  seller: { id: number, display_name: text, seller_profile_id: null },
  auction: null,
  updated_at: time,
}

/** What the form sends beside the VIN: every field, "" for those left empty. */
export const FORM = {
  year: 2003,
  make: 'Honda',
  model: 'Accord',
  trim: 'EX',
  body_type: 'Sedan',
  engine: '2.4L I4',
  transmission: 'Automatic',
  drivetrain: 'FWD',
  exterior_color: 'Silver',
  interior_color: '',
  mileage: 91_234,
  condition: 'runs_drives',
  title_type: 'clean',
  title_state: 'TX',
  has_keys: true,
  description: 'One owner.',
  starting_price: 4500,
  reserve_price: 6000,
  buy_now_price: 12_000,
  location_address: '',
  location_city: 'Dallas',
  location_state: 'TX',
  location_zip: '75201',
}
