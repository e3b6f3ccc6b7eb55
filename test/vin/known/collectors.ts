/** Cars that enthusiasts own and auction houses sell, half of them of the 1980s. `VIN|year|make|model`. */

/**
 * Sold on Bring a Trailer (as github.com/sss97133/nuke keeps its results), by RM Sotheby's
 * (cc26/lots/r0009-2015-ferrari-laferrari, cc26/lots/r0004-2009-ferrari-scuderia-spider-16m,
 * mo26/lots/r0139-1988-ferrari-testarossa), Gooding (1989-ferrari-testarossa-pb26) and Bonhams
 * (classiccartrust.com/news/2019/01/bonhams-scottsdale-auction-2019). The 240 was sold as a 240D.
 */
const SOLD = `
SCBDR33W18C052453|2008|Bentley|Continental
2BCCZ8124JB538686|1988|Jeep|Wrangler
WDBNG74J13A366043|2003|Mercedes-Benz|S-Class
WDBAB23A1DB393871|1983|Mercedes-Benz|240
1FTFW1RG9PFA48165|2023|Ford|F-150
1G8EK16L3FF114243|1985|Chevrolet|Suburban
1G1YZ23J8P5800060|1993|Chevrolet|Corvette
3GKGK26G11G271515|2001|GMC|Yukon XL
ZC2FR110XKB202172|1989|Chrysler|TC
ZFF76ZFA0F0211999|2015|Ferrari|LaFerrari
ZFFKW66A590168550|2009|Ferrari|Scuderia Spider
ZFFSG17A6J0076950|1988|Ferrari|Testarossa
ZFFSG17AXK0082851|1989|Ferrari|Testarossa
1B3BZ6485DD170629|1983|Dodge|Charger
VF9SP3V3XJM795072|2018|Bugatti|Chiron
VF9SP3V31JM795073|2018|Bugatti|Chiron
`

/**
 * A lot of bid.cars (0-44515368), an advertisement (classicdriver.com/en/car/delorean/dmc-12/1981/553278), and a car
 * whose owner asked what his VIN means (the forum of c4vetteregistry.com).
 */
const LISTED = `
JN1HZ04S8BX265704|1981|Datsun|280ZX
SCEDT26T6BD005730|1981|DeLorean|DMC
1G1YY0787G5124859|1986|Chevrolet|Corvette
`

export const COLLECTORS = SOLD + LISTED
