export const SELLERS = {
  lakeside: { name: ['Lakeside', 'Auto Wholesale'], city: 'Chicago', state: 'IL', zip: '60609' },
  sunbelt: { name: ['Sunbelt', 'Fleet Remarketing'], city: 'Phoenix', state: 'AZ', zip: '85009' },
  cascade: { name: ['Cascade', 'Motor Exchange'], city: 'Portland', state: 'OR', zip: '97218' },
  gulf: { name: ['Gulf Coast', 'Salvage'], city: 'Houston', state: 'TX', zip: '77029' },
  piedmont: { name: ['Piedmont', 'Trade-In Center'], city: 'Charlotte', state: 'NC', zip: '28206' },
} as const
export type SellerKey = keyof typeof SELLERS
export const SELLER_KEYS: readonly SellerKey[] = ['lakeside', 'sunbelt', 'cascade', 'gulf', 'piedmont']

/** Dealers who bid; every one signs in as `seed_<key>`. */
export const BIDDERS = {
  harbor: ['Harbor Street', 'Motors'],
  tworivers: ['Two Rivers', 'Auto'],
  northgate: ['Northgate', 'Car Company'],
  mesa: ['Mesa', 'Autos'],
} as const
export type BidderKey = keyof typeof BIDDERS

/** What the seller knows, in the order of the models: prices in dollars, 0 for none. */
export type Listing = readonly [
  seller: SellerKey,
  mileage: number,
  condition: 'runs_drives' | 'starts' | 'non_running' | 'parts_only',
  title: 'clean' | 'salvage' | 'rebuilt' | 'flood' | 'lemon' | 'prior_salvage' | 'not_actual_mileage',
  grade: number,
  colors: `${string}/${string}`,
  startingPrice: number,
  reservePrice: number,
  buyNowPrice: number,
  description: string,
]

/** Those that stay drafts: their sellers have not finished them. */
export const DRAFT_VINS = ['1N6AD0EV', '5NPD84LF', '3VW2B7AJ', '2C4RDGCG']

// biome-ignore format: one row a vehicle
export const LISTINGS: readonly Listing[] = [
  ['lakeside', 71_240, 'runs_drives', 'clean', 4.1, 'Blue Jeans Metallic/Gray', 12_000, 21_000, 0, 'Fleet-maintained crew cab with tow package and bed liner. Windshield chip on the passenger side. Two keys.'],
  ['lakeside', 98_410, 'runs_drives', 'clean', 3.4, 'Ingot Silver/Black', 500, 0, 0, 'Sold without reserve. Rear bumper scuffed, curb rash on two wheels, cold air conditioning.'],
  ['sunbelt', 62_875, 'runs_drives', 'clean', 4.3, 'Ruby Flare Pearl/Ash', 9_500, 13_500, 16_900, 'Off-lease sedan, one owner, dealer serviced. New front tires.'],
  ['lakeside', 54_120, 'runs_drives', 'clean', 4.5, 'Modern Steel Metallic/Black', 12_500, 16_500, 19_800, 'Sport trim with 19-inch wheels. Light wear on the driver seat bolster, otherwise clean inside and out.'],
  ['piedmont', 68_300, 'runs_drives', 'clean', 4.0, 'Aegean Blue Metallic/Black', 9_800, 12_500, 0, 'Trade-in with full service history. Small dent on the left rear door.'],
  ['cascade', 81_655, 'runs_drives', 'clean', 4.2, 'White Diamond Pearl/Ivory', 12_000, 15_800, 18_500, 'All-wheel drive, heated seats, roof rails. Brakes done at 75,000 miles.'],
  ['sunbelt', 104_980, 'runs_drives', 'clean', 3.6, 'Classic Silver Metallic/Ash', 5_900, 7_900, 9_900, 'Former pool car. Paint faded on the hood, mechanically sound.'],
  ['cascade', 77_410, 'runs_drives', 'clean', 4.1, 'Magnetic Gray Metallic/Black', 13_000, 16_900, 19_900, 'XLE with power liftgate and moonroof. Winter tires on separate wheels included.'],
  ['cascade', 58_230, 'runs_drives', 'clean', 4.4, 'Quicksand/Black', 22_000, 27_500, 31_900, 'Off-Road package with locking differential. Frame clean, no rust. Aftermarket bed rack.'],
  ['piedmont', 46_725, 'runs_drives', 'clean', 4.6, 'Moon Dust/Graphite', 24_500, 29_000, 33_000, 'Three rows, one owner, never smoked in. Remaining powertrain warranty.'],
  ['gulf', 121_360, 'starts', 'salvage', 2.3, 'Race Red/Black', 6_500, 0, 14_000, 'Front-end collision, airbags deployed, radiator support bent. Engine starts and idles; not road-worthy.'],
  ['sunbelt', 83_140, 'runs_drives', 'clean', 3.8, 'Magnetic Gray/Charcoal', 7_800, 10_200, 0, 'Rental return. Four matching tires at half tread, small tear in the cargo cover.'],
  ['lakeside', 39_870, 'runs_drives', 'clean', 4.5, 'Orange Fury Metallic/Ebony', 21_000, 25_500, 29_900, 'Performance exhaust, Brembo brakes. Stored in winters, adult driven.'],
  ['piedmont', 109_520, 'runs_drives', 'rebuilt', 3.2, 'Oxford White/Medium Light Camel', 7_200, 9_500, 0, 'Rebuilt after a side impact in 2019, inspected by the state. Third row, towing package.'],
  ['sunbelt', 132_400, 'runs_drives', 'clean', 3.3, 'Oxford White/Pewter', 9_000, 12_800, 15_500, 'Service van with shelving and ladder rack. Decals removed, shadows visible. Oil changed every 5,000 miles.'],
  ['gulf', 96_780, 'starts', 'flood', 2.0, 'Summit White/Jet Black', 5_000, 0, 0, 'Stood in water to the door sills. Starts, electrical faults throughout. Sold as is.'],
  ['sunbelt', 70_215, 'runs_drives', 'clean', 4.0, 'Mosaic Black Metallic/Jet Black', 8_900, 11_400, 13_900, 'Company car with complete records. Minor stone chips on the hood.'],
  ['piedmont', 88_930, 'runs_drives', 'clean', 3.7, 'Pepperdust Metallic/Dark Atmosphere', 6_900, 8_800, 10_900, 'Trade-in. Check engine light off, new battery, tires due soon.'],
  ['lakeside', 64_555, 'runs_drives', 'clean', 4.3, 'Black/Cocoa', 28_000, 33_500, 38_900, 'Eight seats, leather, magnetic running boards. Rear entertainment works.'],
  ['gulf', 112_690, 'non_running', 'salvage', 1.6, 'Siren Red Tintcoat/Jet Black', 900, 0, 0, 'Timing chain failed at speed; engine turns but does not start. Body straight.'],
  ['cascade', 90_045, 'runs_drives', 'clean', 3.9, 'Onyx Black/Jet Black', 18_500, 22_900, 26_500, 'Crew cab with trailer brake controller. Leveling kit, all-terrain tires.'],
  ['piedmont', 85_670, 'runs_drives', 'clean', 4.0, 'Bright White/Diesel Gray', 17_000, 21_500, 24_900, 'HEMI V8, 20-inch wheels, spray-in liner. Small crack in the tail lamp.'],
  ['cascade', 66_990, 'runs_drives', 'clean', 4.2, 'Firecracker Red/Black', 19_500, 23_500, 27_000, 'Hard top and soft top included. Stock suspension, never off the road by the look of it.'],
  ['lakeside', 59_480, 'runs_drives', 'prior_salvage', 3.5, 'Velvet Red Pearl/Black', 13_500, 17_000, 0, 'Hail damage repaired in 2021, title branded since. Drives straight, all options work.'],
  ['gulf', 73_825, 'starts', 'salvage', 2.5, 'Granite Pearl/Black', 7_500, 0, 13_500, 'Rear quarter hit, axle out of line. HEMI runs well; a good donor or a project.'],
  ['sunbelt', 127_300, 'runs_drives', 'clean', 3.1, 'Billet Silver Metallic/Gray', 0, 0, 0, ''],
  ['sunbelt', 92_610, 'runs_drives', 'lemon', 3.3, 'Gun Metallic/Charcoal', 4_500, 5_900, 7_400, 'Bought back by the maker for a transmission fault in 2018; transmission replaced since.'],
  ['piedmont', 79_150, 'runs_drives', 'clean', 3.9, 'Midnight Pine/Charcoal', 9_900, 12_300, 14_500, 'Around-view monitor, blind spot warning. One key only.'],
  ['gulf', 141_870, 'runs_drives', 'not_actual_mileage', 2.8, 'Night Armor/Steel', 0, 0, 0, ''],
  ['cascade', 61_730, 'runs_drives', 'clean', 4.4, 'Cinnamon Brown Pearl/Warm Ivory', 14_900, 18_200, 21_000, 'Dealer serviced, EyeSight, new windshield. Roof box available.'],
  ['cascade', 72_480, 'runs_drives', 'clean', 4.0, 'Jasmine Green Metallic/Black', 12_800, 15_600, 18_200, 'All-weather package, panoramic roof. Clear coat peeling at one mirror.'],
  ['lakeside', 87_295, 'runs_drives', 'clean', 3.5, 'Symphony Silver/Gray', 0, 0, 0, ''],
  ['piedmont', 94_410, 'runs_drives', 'clean', 3.6, 'Sparkling Silver/Black', 9_200, 11_700, 13_900, 'Two rows, roadside kit unused. Scratch along the right side.'],
  ['cascade', 52_360, 'runs_drives', 'clean', 4.3, 'Pearl White Multi-Coat/Black', 17_500, 21_000, 24_900, 'Battery at 92 percent by the car itself. Wall connector not included.'],
  ['lakeside', 88_745, 'runs_drives', 'clean', 3.9, 'Mineral White Metallic/Terra', 16_000, 19_500, 23_000, 'Premium package, head-up display. Oil filter housing gasket replaced.'],
  ['piedmont', 76_905, 'runs_drives', 'clean', 4.0, 'Iridium Silver Metallic/Black', 12_500, 15_400, 18_400, 'Sport styling, LED lamps. Two keys, books, service stamps to 70,000 miles.'],
  ['sunbelt', 69_000, 'runs_drives', 'clean', 3.8, 'Pure White/Titan Black', 0, 0, 0, ''],
  ['gulf', 103_215, 'non_running', 'flood', 1.8, 'Soul Red Metallic/Black', 1_500, 0, 0, 'Flooded in storage. Complete car, does not turn over. Interior dried, smell remains.'],
  ['piedmont', 111_480, 'runs_drives', 'clean', 3.8, 'Nebula Gray Pearl/Parchment', 11_900, 14_800, 0, 'Navigation, cooled seats. Timing cover leak repaired, records included.'],
]
