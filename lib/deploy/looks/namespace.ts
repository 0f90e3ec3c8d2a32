import type { Engine } from "../../site/engine";
import type { Finding, Look } from "./look";

/** Who was in a namespace that is gone stays in it, healthy on loopback and cut off; the engine and Terraform see nothing. */
export const namespace: Look = async (site, stack) => {
  const joiners = stack.containers.flatMap((one) => (one.joins === undefined ? [] : [{ ...one, owner: one.joins }]));
  const found = await Promise.all(
    joiners.map(async ({ name, owner, engine: host }): Promise<Finding[]> => {
      const engine = site.engine(host);
      const [own, its] = await Promise.all([namespaceOf(engine, name), namespaceOf(engine, owner)]);
      // What does not run is the health look's business.
      return own === undefined || its === undefined || own === its ? [] : [{ where: name, what: `sits in a network namespace that is gone, not in ${owner}'s; docker restart ${name}` }];
    }),
  );
  return found.flat();
};

/** A process that is started in a container has its network namespace, and may always read its own link. */
async function namespaceOf(engine: Engine, container: string): Promise<string | undefined> {
  const { status, stdout } = await engine.exec(container, ["readlink", "/proc/self/ns/net"]);
  return status === 0 ? stdout.trim() : undefined;
}
