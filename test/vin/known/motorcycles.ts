/** Motorcycles. `VIN|year|make|model`; no model where the source names none. */

/**
 * Harley-Davidsons: how owners of a tuner write theirs (therealunicornsecurity.github.io/Powervision-3) and a dealer's
 * stock, in public code.
 */
const HARLEYS = `
1HD1KED10HB661265|2017|Harley-Davidson|FLHTK
1HD1BFV14EB015825|2014|Harley-Davidson|FXSB
1HD1FC413AB618635|2010|Harley-Davidson|FLHTCU
1HD1YHK15LB047162|2020|Harley-Davidson|Breakout 114
1HD1BFV17HB019839|2017|Harley-Davidson|Breakout
1HD1GY4458K341758|2008|Harley-Davidson|Dyna Fat Bob
1HD1KB716SB633746|2025|Harley-Davidson|Street Glide
`

/**
 * A VFR that explains Honda's numbers (xrv.org.uk/wiki, Vehicle_Identification_Numbers), a Triumph and a BMW
 * (bumper.com/vin-decoder/motorcycle), and a Ducati of 2001 (ducatisportingclub.com, post 51164).
 */
const OTHERS = `
JH2RC3605MM101581|1991|Honda|VFR750F
SMTA01YK1DJ578982|2013|Triumph|
WB10439A04ZF50446|2004|BMW|R 1150 R
ZDM3H99R91B012329|2001|Ducati|
`

export const MOTORCYCLES = HARLEYS + OTHERS
