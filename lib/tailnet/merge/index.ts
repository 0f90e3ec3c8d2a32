export { comparePolicy } from "./compare";
export { mergePolicy, removePolicy } from "./merge";
export type * from "./types";
