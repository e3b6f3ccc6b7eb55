/** Lorries, buses and a trailer. `VIN|year|make|model`; no model where the source has another name for it. */

/**
 * The lorries and pickups of a builders' merchant, as its telematics list them (public code of geocam55-bot on GitHub).
 * The last four are what NHTSA's decoder said: of a pickup in an issue (github.com/cardog-ai/corgi/issues/32), of the
 * others on 2026-09-09 in the tests of a public rater of lorries (`test_vpic_live_shapes_classify_correctly`).
 */
const LORRIES = `
1M2AX13C6HM038389|2017|Mack|GU
1M2AX13C8HM038393|2017|Mack|GU
1M2GR2GC4KM009209|2019|Mack|Granite
1M2GR2GCXKM009196|2019|Mack|Granite
5KKHBPFM7SLVR0486|2025|Western Star|47X
5KKHBPFM2RLVD5000|2024|Western Star|47X
5KKHBPFM4RLVD5001|2024|Western Star|47X
5KKHBPDV4PLUE5162|2023|Western Star|47X
1NKZL40X9SJ982674|2025|Kenworth|T880
1NKZL40X0SJ982675|2025|Kenworth|T880
2FZHAZCVX7AZ13393|2007|Sterling Truck|L9500
1HTMNMMMXJH231226|2018|International|MH025
1HTMNMMM1JH231227|2018|International|MH025
1HTMMMMP5KH392856|2019|International|MA025
1FDUF5GN7PDA06665|2023|Ford|F-550
1FDUF5GY3KDA19285|2019|Ford|F-550
1FTER4PHXRLE45369|2024|Ford|Ranger
1FTMF1E55MKD51040|2021|Ford|F-150
1FTMF1LP0RKD19866|2024|Ford|F-150
1FTMF1CB0JKE04408|2018|Ford|F-150
1FTFW4L86RFA86622|2024|Ford|F-150
1FTFW1ET9DFC10312|2013|Ford|F-150
1XKYDP9XXFJ440749|2015|Kenworth|T680
1FUJGLDR3CLBP8834|2012|Freightliner|Cascadia
`

/**
 * Buses in the rosters of the Canadian Public Transit Discussion Board (cptdb.ca/wiki: BC_Transit_8001-8009, D40LF;
 * Whitby_Transit_9730-9732, Orion 05.501; Cardinal_Coach_Lines_1403-1404, school buses;
 * Minnesota_Valley_Transit_Authority_4523-4530, D4500CT) and in its forum (cptdb.ca/profile/41-railbus63: the Gilligs).
 */
const BUSES = `
2FYD2LG11MU014291|1991|New Flyer|
2FYD2LG13MU014292|1991|New Flyer|
2FYD2LG15MU014293|1991|New Flyer|
2FYD2LG17MU014294|1991|New Flyer|
2FYD2LG19MU014295|1991|New Flyer|
2B1569P71V6033268|1997|Orion Bus|
2B1569P71V6033450|1997|Orion Bus|
2B1569P7XV6033267|1997|Orion Bus|
1BAAJCSHXWF076346|1998|Blue Bird|TC/2000
1BAAJCSH8WF076345|1998|Blue Bird|TC/2000
1M8PDMBA7FP013880|2015|Motor Coach Industries|D4500
1M8PDMBA9FP013900|2015|Motor Coach Industries|D4500
15GGD3119L3192543|2020|Gillig|
15GGD3110L3192544|2020|Gillig|
15GGD3112L3192545|2020|Gillig|
`

/** A PJ car trailer that the police of Wisconsin look for: weau.com/2022/10/20/doj-trailer-stolen-monroe-county. */
const TRAILERS = `
3CVC51824K2584825|2019|PJ Trailers Company, S.A. de C.V.|Carhauler
`

export const HEAVY = LORRIES + BUSES + TRAILERS

/**
 * Vehicles whose year the decoder leaves open, thirty years apart: a Wabash trailer (of the same answers of NHTSA), a
 * lorry of the merchant above, and a fire engine (github.com/cardog-ai/corgi, pull request 17). `VIN|year`.
 */
export const OPEN_YEARS = `
1JJV532D9JL178490|2018
2NKHLJ0X7JM996008|2018
4EN6AAA80P1005091|2023
`
