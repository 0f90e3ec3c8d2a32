export { comparePolicy } from "./compare";
export { explainTests } from "./explain";
export { mergePolicy, removePolicy } from "./merge";
export type * from "./types";
