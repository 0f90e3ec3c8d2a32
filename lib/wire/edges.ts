import type { LineName } from "./services";
import type { Wire } from "./types";

/** Does the policy let an edge open this line of the mailbox? */
export const edgeMayOpen = ({ grants, edges }: Pick<Wire, "grants" | "edges">, line: LineName): boolean =>
  grants.some((grant) => grant.line === line && edges.some((edge) => grant.src.includes(edge.tag)));
