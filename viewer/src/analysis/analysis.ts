/**
 * What the tests use of the viewer without a page: reading, and merging.
 */

export { decodeAscii } from "../data/ascii.ts";
export { inflate } from "../data/inflate.ts";
export { readBlocks } from "../data/page.ts";
export { stackOf } from "./mergedtree.ts";
export { narrowed } from "./narrowing.ts";
export { narrowedTree, sweep } from "./sweep.ts";
export { accountsOf, knownRates } from "./compensation.ts";
export { ledgerTree } from "./ledger.ts";
export { segmentCosts } from "./segmentcosts.ts";
export { requestFields, requestsOf } from "./requests.ts";
export { measure, measureNarrowed, quantile } from "./statistics.ts";
export { foldedWord } from "../graph/folded.ts";
export { changeColour, ratioText } from "../pages/diff/change.ts";
export { binsOf, binAt } from "../distribution/bins.ts";
