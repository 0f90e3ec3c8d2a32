import type { Deployment } from "../config";
import type { Wire } from "../wire";
import { ApiError, connect, type PolicyApi } from "./api";
import { absentFrom, withoutAbsent } from "./apply";
import { policyTarget } from "./job";
import { comparePolicy, explainTests, type PolicyFinding } from "./merge";
import { errorLines } from "./outcome";
import { tailnetPolicy, type PolicyEntries } from "./policy";

/** How somebody says that a wider rule is meant so. */
function acceptHint(finding: DriftFinding, accepted: readonly string[]): string {
  if (!("accept" in finding) || finding.accept === undefined) return "";
  return `; somebody's own choice: narrow the rule, or accept it with TS_POLICY_ACCEPT=${[...accepted, finding.accept].join("; ")}`;
}

export interface PolicyDrift {
  /** ok: the live policy is as the wire wants it; drift: it is not; unknown: it could not be read */
  readonly status: "ok" | "drift" | "unknown";
  /** for a person */
  readonly lines: readonly string[];
}

type DriftFinding = PolicyFinding | { readonly kind: "tests"; readonly what: string };

/** Findings of ours, and the live policy's own tests: they may fail without any edit, when nodes change their tags. */
export async function findDrift(api: PolicyApi, wanted: PolicyEntries, wire: Wire, accepted: readonly string[] = []): Promise<readonly DriftFinding[]> {
  const { text } = await api.read();
  const all = comparePolicy(text, wanted, wire, accepted);
  // Tests that wait for a node to join are no drift.
  const absent = all.length === 0 ? [] : await absentFrom(api, text, wanted);
  const findings = absent.length === 0 ? all : comparePolicy(text, withoutAbsent(wanted, absent), wire, accepted);
  try {
    await api.check(text);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== "refused") throw error;
    return [...findings, ...[...error.details, ...explainTests(text, wanted)].map((what) => ({ kind: "tests" as const, what }))];
  }
  return findings;
}

/**
 * Compares the tailnet's live policy with the wire.
 * @param project the folder with `.env`
 */
export async function policyDrift(deployment: Deployment, wire: Wire, project: string): Promise<PolicyDrift> {
  const { policy } = deployment.tailnet;
  const target = policyTarget(deployment, project);
  if (target === undefined) {
    const how = deployment.tailnet.headscale === undefined ? "TS_API_KEY, or TS_OAUTH_CLIENT_ID and TS_OAUTH_CLIENT_SECRET" : "HEADSCALE_API_KEY";
    return { status: "unknown", lines: [`tailnet policy: not looked at, there is no credential; set ${how}`] };
  }
  try {
    const findings = await findDrift(connect(target), tailnetPolicy(deployment, wire), wire, policy.accepted);
    const lines = findings.map((finding) => `${finding.kind}: ${finding.what}${acceptHint(finding, policy.accepted)}`);
    const drifted = findings.some(({ kind }) => kind !== "note");
    return drifted ? { status: "drift", lines } : { status: "ok", lines: ["tailnet policy: as it should be", ...lines] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: "unknown", lines: errorLines(error) };
  }
}
