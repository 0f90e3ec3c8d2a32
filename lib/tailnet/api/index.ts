export { connect, type PolicyTarget } from "./connect";
export { ApiError, type ApiErrorKind, type PolicyApi, type PolicyText } from "./types";
