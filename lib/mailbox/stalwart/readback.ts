import type { Deployment } from "../../config";
import { SECRETS } from "../../config/contract";
import { secretFileName } from "../../config/secrets";
import { secretPath } from "../../docker/secret-file";
import type { Ran } from "../../site/run";
import type { Wire } from "../../wire";
import { ADMIN } from "./accounts";
import type { Difference } from "./differences";
import { DryRun, type Item, type Live } from "./dry-run";
import { SINGLETONS, type TypeName } from "./objects";
import { startPlan } from "./plan";
import { placeholder, planFiles, planText, type PlanCall, type PlanFile } from "./request";

/** Runs a command in the mail server's container, with that on its standard input. */
export type Ask = (command: readonly string[], input: string) => Promise<Ran>;

/** The password stays in the container: from its file through a pipe into curl, never on a command line. */
const POST = `request=$(cat)
printf 'user = "%s:%s"\\n' "$2" "$(head -n 1 "$3" | sed 's/[\\\\"]/\\\\&/g')" |
  curl -sS -m 20 -K - -H 'content-type: application/json' --data-binary "$request" -w '\\n%{http_code}' "$1"`;

/** Made once and then the server's business; that it is there shows in its login. */
const UNMANAGED: readonly TypeName[] = ["Account"];

/** A secret that stands in an object as it is cannot be compared without it, so it need not leave the server either. */
const isSecret = (value: unknown): boolean => typeof value === "string" && value.startsWith("{{") && SECRETS.some((name) => value === placeholder(secretFileName(name)));

/** Reads what the plan writes, those properties only. */
export function readRequests(plan: readonly PlanFile[]): readonly PlanFile[] {
  const properties = new Map<TypeName, Set<string>>();
  for (const { request } of plan)
    for (const [method, args] of request.methodCalls) {
      const type = /^x:(\w+)\//.exec(method)?.[1] as TypeName;
      if (UNMANAGED.includes(type)) continue;
      const values = [...Object.values(args.create ?? {}), ...Object.values(args.update ?? {})];
      const of = properties.get(type) ?? new Set(["id"]);
      [...values.flatMap((value) => Object.entries(value).flatMap(([name, one]) => (isSecret(one) ? [] : [name]))), ...(args.properties ?? []), ...Object.keys(args.filter ?? {})].forEach((name) => of.add(name));
      properties.set(type, of);
    }
  const calls = [...properties].map(([type, names]): PlanCall[] => {
    const ids = (SINGLETONS as readonly TypeName[]).includes(type) ? ["singleton"] : null;
    return [[`x:${type}/get`, { ids, properties: [...names] }, type]];
  });
  return planFiles("read", calls);
}

/** @throws Error in one line when an answer is none */
export function readAnswer(text: string): [TypeName, readonly Item[]][] {
  const methodResponses = ((): [string, { list?: Item[]; type?: string }, TypeName][] => {
    try {
      return (JSON.parse(text) as { methodResponses: [string, { list?: Item[]; type?: string }, TypeName][] }).methodResponses;
    } catch {
      throw new Error("it answers something that is no JSON");
    }
  })();
  return methodResponses.map(([method, { list, type }, id]) => {
    if (method === "error" || list === undefined) throw new Error(`it refuses to show ${id} (${type ?? method})`);
    return [id, list];
  });
}

async function post(ask: Ask, url: string, user: string, request: PlanFile): Promise<string> {
  const { status, stdout, stderr } = await ask(["/bin/sh", "-c", POST, "sh", url, user, secretPath("STALWART_ADMIN_PASSWORD")], planText(request));
  const [, text, code] = /^(.*)\n(\d{3})$/s.exec(stdout) ?? [];
  if (status === 0 && code === "200") return text;
  if (status === 0 && code === "401")
    throw new Error(`it does not let ${user} in with STALWART_ADMIN_PASSWORD; where the password was changed by hand, write the new one into .env and deploy`);
  const words = stderr.trim().split("\n").pop() ?? "";
  throw new Error(status === 0 ? `it answers HTTP ${code} to a question for its settings` : `it does not answer (${words || `exit code ${status}`})`);
}

/**
 * Asks the running server for all that the start plan manages, and compares. What the plan does not set is not looked at:
 * other properties, accounts, domains and addresses that somebody added, and all that the server makes by itself.
 * @throws Error in one line, without the container's name, when the server does not answer
 */
export async function settingsDiffer(ask: Ask, deployment: Deployment, wire: Wire): Promise<readonly Difference[]> {
  const plan = startPlan(deployment, wire);
  const port = wire.listeners.find(({ line }) => line === "admin")?.port;
  const read: [TypeName, readonly Item[]][] = [];
  for (const request of readRequests(plan)) read.push(...readAnswer(await post(ask, `http://127.0.0.1:${port}/jmap`, `${ADMIN}@${deployment.domains[0]}`, request)));
  return new DryRun(new Map(read) as Live).differences(plan);
}
