import * as z from 'zod'

const text = z.string().nullable()
const wholeNumber = z.int().nullable()

/** What can be said about a vehicle, by a vendor or by its number alone; null is what was not said. */
export const vinFields = {
  year: wholeNumber,
  make: text,
  model: text,
  trim: text,
  body_type: text,
  engine: text,
  transmission: text,
  drivetrain: text,
  exterior_color: text,
  interior_color: text,
  fuel_type: text,
  cylinders: wholeNumber,
  displacement: text,
  series: text,
  doors: wholeNumber,
  engine_configuration: text,
  engine_power_kw: wholeNumber,
  vehicle_type: text,
  gvwr_class: text,
  plant: text,
}
