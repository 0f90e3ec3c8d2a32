import { HOME } from "../../mailbox/paths";
import { differenceText } from "../../mailbox/stalwart/differences";
import { settingsDiffer } from "../../mailbox/stalwart/readback";
import type { Look } from "./look";

/** What the running Stalwart says of its settings; maddy's are a file, and the look at files sees it. */
export const settings: Look = async (site, stack) => {
  const server = stack.containers.find(({ files }) => files.some(({ path }) => path.startsWith(`${HOME}/plan/`)));
  if (server === undefined) return [];
  const { name } = server;
  const engine = site.engine(server.engine);
  // What does not run is the health look's business.
  if ((await engine.container(name))?.status !== "running") return [];
  try {
    const found = await settingsDiffer((command, input) => engine.exec(name, command, { input }), site.deployment, site.wire);
    return found.map((one) => ({ where: name, what: `${differenceText(one)}; docker restart ${name}: its start plan puts it back` }));
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
};
