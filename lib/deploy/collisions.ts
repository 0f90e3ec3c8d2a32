import { variablesOf } from "./preconditions";
import type { Plan } from "./plans";
import type { Site } from "../site/site";

const KINDS = ["container", "volume", "network"] as const;
type Kind = (typeof KINDS)[number];

/** Something that a plan would make on an engine. */
interface Made {
  readonly kind: Kind;
  readonly name: string;
  readonly host: string;
  readonly stack: string;
  readonly address: string;
}

const kindOf = (address: string): Kind | undefined => KINDS.find((kind) => address.startsWith(`docker_${kind}.`));

/** What is made for the first time: Terraform's state does not know it. */
const madeBy = (plans: readonly Plan[]): Made[] =>
  plans.flatMap(({ stack, changes }) =>
    changes.flatMap(({ address, action }) => {
      const kind = kindOf(address);
      if (kind === undefined || action !== "create") return [];
      return [{ kind, name: stack.nameOf(address), host: stack.hostOf(address), stack: stack.name, address }];
    }),
  );

async function namesOn(site: Pick<Site, "engine">, host: string, kind: Kind): Promise<ReadonlySet<string>> {
  const all = kind === "container" ? ["--all"] : [];
  const { status, stdout, stderr } = await site.engine(host).docker([kind, "ls", ...all, "--format", kind === "container" ? "{{.Names}}" : "{{.Name}}"]);
  if (status !== 0) throw new Error(stderr.trim());
  return new Set(stdout.split(/[\n,]/).map((name) => name.trim()));
}

/**
 * Names that a plan would give to something new and that an engine has already: another deployment's, for this one's are in
 * its state. Docker would refuse such a container half-way, and hand over such a volume with all that is in it.
 * @returns one line for each engine, none when there is nothing of that kind
 */
export async function collisions(site: Pick<Site, "deployment" | "engine">, plans: readonly Plan[]): Promise<readonly string[]> {
  const made = madeBy(plans);
  const hosts = [...new Set(made.map(({ host }) => host))];
  const lines = await Promise.all(
    hosts.map(async (host): Promise<string[]> => {
      const here = made.filter((one) => one.host === host);
      const kinds = KINDS.filter((kind) => here.some((one) => one.kind === kind));
      try {
        const names = new Map(await Promise.all(kinds.map(async (kind) => [kind, await namesOn(site, host, kind)] as const)));
        return refusal(here.filter(({ kind, name }) => names.get(kind)?.has(name)), host, variablesOf(site, host));
      } catch (error) {
        return [`${variablesOf(site, host)}: the engine at ${host} does not say what it has: ${(error as Error).message.split("\n")[0]}; try: docker -H ${host} ps`];
      }
    }),
  );
  return lines.flat();
}

function refusal(taken: readonly Made[], host: string, variables: string): string[] {
  if (taken.length === 0) return [];
  const names = KINDS.flatMap((kind) => {
    const some = taken.filter((one) => one.kind === kind).map(({ name }) => name);
    return some.length === 0 ? [] : [`${kind} ${some.join(", ")}`];
  });
  const states = [...new Set(taken.map(({ stack }) => `terraform.${stack}.tfstate`))].join(", ");
  const [{ stack, address, name }] = [...taken].sort((a, b) => Number(b.kind === "volume") - Number(a.kind === "volume"));
  const again = address.startsWith("docker_volume.") ? `, or take a volume up again: terraform -chdir=cdktf.out/stacks/${stack} import ${address} ${name}` : "";
  return [
    `${variables}: the engine at ${host} has ${names.join("; ")} already, and not by this deployment's state; ` +
      `if they are another deployment's, give this one an engine of its own; if they are this one's, put ${states} back${again}`,
  ];
}
