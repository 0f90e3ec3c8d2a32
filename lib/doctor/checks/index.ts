import type { Check } from "../check";
import { banner } from "./banner";
import { caa } from "./caa";
import { certificate } from "./certificate";
import { certificateLimits } from "./certificate-limits";
import { certificateRenewal } from "./certificate-renewal";
import { dnsProviderKey } from "./dns-provider-key";
import { dnsRecordsCheck } from "./dns-records";
import { dnsbl } from "./dnsbl";
import { dnsblResolver } from "./dnsbl-resolver";
import { fcrdns } from "./fcrdns";
import { mtaStsPolicy } from "./mta-sts-policy";
import { openRelay } from "./open-relay";
import { outbound25 } from "./outbound-25";
import { smarthostLogin } from "./smarthost-login";
import { spfEgress } from "./spf-egress";
import { webPortOwner } from "./web-port-owner";
import { wildcardChallenge } from "./wildcard-challenge";
import { backendTrust } from "./backend-trust";
import { clock } from "./clock";
import { databasePassword } from "./database-password";
import { disk } from "./disk";
import { drift } from "./drift";
import { edgeBanned } from "./edge-banned";
import { gate } from "./gate";
import { largeMessage } from "./large-message";
import { nodeAddress } from "./node-address";
import { nodeName } from "./node-name";
import { policy } from "./policy";
import { proxyAgreement } from "./proxy-agreement";
import { serverVersion } from "./server-version";
import { serverWideTrust } from "./server-wide-trust";
import { settingsKept } from "./settings-kept";

/** What the world sees: lines, certificates, DNS, and the way out. */
const FROM_OUTSIDE: readonly Check[] = [
  ...[banner, openRelay, webPortOwner, mtaStsPolicy],
  ...[certificate, certificateRenewal, certificateLimits, caa, wildcardChallenge, dnsProviderKey],
  ...[dnsRecordsCheck, fcrdns, spfEgress, dnsbl, dnsblResolver, outbound25, smarthostLogin],
];

/** What only the two ends know: the tailnet between them, the server's settings, backends and hosts. */
const INSIDE: readonly Check[] = [
  ...[proxyAgreement, largeMessage, edgeBanned, serverWideTrust, settingsKept],
  ...[nodeName, nodeAddress, policy],
  ...[gate, databasePassword, backendTrust],
  ...[clock, disk, serverVersion, drift],
];

/** All checks, in the order of the docs: one file each. */
export const CHECKS: readonly Check[] = [...FROM_OUTSIDE, ...INSIDE];
