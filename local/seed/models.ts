import { checkDigit } from '../../src/vehicles/vin.ts'

/** What the maker knows. The VIN has a `*` where the check digit of 49 CFR 565 comes; the rest is the model's own. */
export type Model = readonly [
  vin: string,
  year: number,
  make: string,
  model: string,
  trim: string,
  bodyType: string,
  engine: string,
  transmission: string,
  drivetrain: string,
  fuelType: string,
]

// biome-ignore format: one row a vehicle
export const MODELS: readonly Model[] = [
  ['1FTEW1EP*JFA41873', 2018, 'Ford', 'F-150', 'XLT SuperCrew', 'Pickup', '2.7L V6 twin turbo', '10-speed automatic', '4WD', 'Gasoline'],
  ['3FA6P0H7*GR228416', 2016, 'Ford', 'Fusion', 'SE', 'Sedan', '2.5L I4', '6-speed automatic', 'FWD', 'Gasoline'],
  ['4T1B11HK*JU093528', 2018, 'Toyota', 'Camry', 'SE', 'Sedan', '2.5L I4', '8-speed automatic', 'FWD', 'Gasoline'],
  ['1HGCV1F3*KA027461', 2019, 'Honda', 'Accord', 'Sport 1.5T', 'Sedan', '1.5L I4 turbo', 'CVT', 'FWD', 'Gasoline'],
  ['19XFC1F3*JE014337', 2018, 'Honda', 'Civic', 'EX-T', 'Sedan', '1.5L I4 turbo', 'CVT', 'FWD', 'Gasoline'],
  ['2HKRW2H5*HH641209', 2017, 'Honda', 'CR-V', 'EX', 'SUV', '1.5L I4 turbo', 'CVT', 'AWD', 'Gasoline'],
  ['2T1BURHE*GC573084', 2016, 'Toyota', 'Corolla', 'LE', 'Sedan', '1.8L I4', 'CVT', 'FWD', 'Gasoline'],
  ['2T3RFREV*HW602175', 2017, 'Toyota', 'RAV4', 'XLE', 'SUV', '2.5L I4', '6-speed automatic', 'AWD', 'Gasoline'],
  ['3TMCZ5AN*KM213690', 2019, 'Toyota', 'Tacoma', 'TRD Off-Road Double Cab', 'Pickup', '3.5L V6', '6-speed automatic', '4WD', 'Gasoline'],
  ['5TDGZRBH*LS018542', 2020, 'Toyota', 'Highlander', 'XLE', 'SUV', '3.5L V6', '8-speed automatic', 'AWD', 'Gasoline'],
  ['1FTEW1EG*FKD30716', 2015, 'Ford', 'F-150', 'XLT SuperCrew', 'Pickup', '3.5L V6 twin turbo', '6-speed automatic', '4WD', 'Gasoline'],
  ['1FMCU9GD*HUB52943', 2017, 'Ford', 'Escape', 'SE', 'SUV', '1.5L I4 turbo', '6-speed automatic', '4WD', 'Gasoline'],
  ['1FA6P8CF*J5127305', 2018, 'Ford', 'Mustang', 'GT', 'Coupe', '5.0L V8', '10-speed automatic', 'RWD', 'Gasoline'],
  ['1FM5K8D8*GGA68127', 2016, 'Ford', 'Explorer', 'XLT', 'SUV', '3.5L V6', '6-speed automatic', '4WD', 'Gasoline'],
  ['1FTYR2CM*HKA25490', 2017, 'Ford', 'Transit', 'T-250 Medium Roof', 'Cargo van', '3.7L V6', '6-speed automatic', 'RWD', 'Gasoline'],
  ['3GCUKREC*HG318652', 2017, 'Chevrolet', 'Silverado 1500', 'LT Crew Cab', 'Pickup', '5.3L V8', '6-speed automatic', '4WD', 'Gasoline'],
  ['2GNAXJEV*J6184720', 2018, 'Chevrolet', 'Equinox', 'LT', 'SUV', '1.5L I4 turbo', '6-speed automatic', 'FWD', 'Gasoline'],
  ['1G1ZE5ST*HF246913', 2017, 'Chevrolet', 'Malibu', 'LT', 'Sedan', '1.5L I4 turbo', '6-speed automatic', 'FWD', 'Gasoline'],
  ['1GNSKBKC*KR127488', 2019, 'Chevrolet', 'Tahoe', 'LT', 'SUV', '5.3L V8', '6-speed automatic', '4WD', 'Gasoline'],
  ['1G1BE5SM*G7290364', 2016, 'Chevrolet', 'Cruze', 'LT', 'Sedan', '1.4L I4 turbo', '6-speed automatic', 'FWD', 'Gasoline'],
  ['3GTU2MEC*JG405831', 2018, 'GMC', 'Sierra 1500', 'SLE Crew Cab', 'Pickup', '5.3L V8', '6-speed automatic', '4WD', 'Gasoline'],
  ['1C6RR7LT*JS251076', 2018, 'Ram', '1500', 'Big Horn Crew Cab', 'Pickup', '5.7L V8', '8-speed automatic', '4WD', 'Gasoline'],
  ['1C4BJWDG*HL563217', 2017, 'Jeep', 'Wrangler Unlimited', 'Sport', 'SUV', '3.6L V6', '5-speed automatic', '4WD', 'Gasoline'],
  ['1C4RJFBG*JC214690', 2018, 'Jeep', 'Grand Cherokee', 'Limited', 'SUV', '3.6L V6', '8-speed automatic', '4WD', 'Gasoline'],
  ['2C3CDXCT*HH547802', 2017, 'Dodge', 'Charger', 'R/T', 'Sedan', '5.7L V8', '8-speed automatic', 'RWD', 'Gasoline'],
  ['2C4RDGCG*GR193745', 2016, 'Dodge', 'Grand Caravan', 'SXT', 'Minivan', '3.6L V6', '6-speed automatic', 'FWD', 'Flex fuel'],
  ['1N4AL3AP*HC187256', 2017, 'Nissan', 'Altima', '2.5 S', 'Sedan', '2.5L I4', 'CVT', 'FWD', 'Gasoline'],
  ['5N1AT2MV*JC762418', 2018, 'Nissan', 'Rogue', 'SV', 'SUV', '2.5L I4', 'CVT', 'AWD', 'Gasoline'],
  ['1N6AD0EV*FN714539', 2015, 'Nissan', 'Frontier', 'SV Crew Cab', 'Pickup', '4.0L V6', '5-speed automatic', '4WD', 'Gasoline'],
  ['4S4BSAFC*K3268107', 2019, 'Subaru', 'Outback', '2.5i Premium', 'Wagon', '2.5L H4', 'CVT', 'AWD', 'Gasoline'],
  ['JF2SJAEC*JH492653', 2018, 'Subaru', 'Forester', '2.5i Premium', 'SUV', '2.5L H4', 'CVT', 'AWD', 'Gasoline'],
  ['5NPD84LF*HH085342', 2017, 'Hyundai', 'Elantra', 'SE', 'Sedan', '2.0L I4', '6-speed automatic', 'FWD', 'Gasoline'],
  ['5XYPG4A3*JG376128', 2018, 'Kia', 'Sorento', 'LX', 'SUV', '2.4L I4', '6-speed automatic', 'FWD', 'Gasoline'],
  ['5YJ3E1EA*JF047915', 2018, 'Tesla', 'Model 3', 'Long Range', 'Sedan', 'Electric', 'Single speed', 'RWD', 'Electric'],
  ['5UXKR0C5*G0P23684', 2016, 'BMW', 'X5', 'xDrive35i', 'SUV', '3.0L I6 turbo', '8-speed automatic', 'AWD', 'Gasoline'],
  ['55SWF4JB*GU142307', 2016, 'Mercedes-Benz', 'C 300', '', 'Sedan', '2.0L I4 turbo', '7-speed automatic', 'RWD', 'Gasoline'],
  ['3VW2B7AJ*HM285016', 2017, 'Volkswagen', 'Jetta', '1.4T S', 'Sedan', '1.4L I4 turbo', '5-speed manual', 'FWD', 'Gasoline'],
  ['JM3KE4CY*G0719253', 2016, 'Mazda', 'CX-5', 'Touring', 'SUV', '2.5L I4', '6-speed automatic', 'AWD', 'Gasoline'],
  ['2T2BK1BA*FC326478', 2015, 'Lexus', 'RX 350', '', 'SUV', '3.5L V6', '6-speed automatic', 'AWD', 'Gasoline'],
]

/** The VIN with its check digit in place of the `*`. */
export function completeVin(pattern: string): string {
  return pattern.replace('*', checkDigit(pattern.replace('*', '0')))
}
