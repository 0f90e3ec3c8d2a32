export { connect, connectNodes, type PolicyTarget } from "./connect";
export { type NodesApi, type TailnetNode } from "./nodes";
export { ApiError, type ApiErrorKind, type PolicyApi, type PolicyText } from "./types";
