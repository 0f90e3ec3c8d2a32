import { acl } from "./acl";
import { doctor } from "./doctor";
import { forgeHost, forgeTailnet } from "./forge";
import { lines } from "./lines";
import { outbound } from "./outbound";
import type { Proof } from "./proof";
import { received, remoteIn } from "./received";
import { sizes } from "./sizes";
import { mtaSts, sni } from "./web";

/** All that `lab test` proves, in this order. A new proof is a function in this folder and a word here. */
export const PROOFS: readonly Proof[] = [lines, received, sizes, remoteIn, outbound, sni, mtaSts, acl, forgeTailnet, forgeHost, doctor];
export type { Proof, Proven, Row } from "./proof";
