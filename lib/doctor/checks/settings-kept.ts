import { differenceText } from "../../mailbox/stalwart/differences";
import { settingsDiffer } from "../../mailbox/stalwart/readback";
import { CannotAsk, type Check } from "../check";
import { adminOf, notStalwart } from "../stalwart";

export const settingsKept: Check = {
  name: "settings-kept",
  proves: "the running mail server has the settings of the plan",
  from: "mailbox",
  severity: "warning",
  symptom: "what was set in .env, or by hand, is not what the server does",
  cause: "somebody changed a managed setting in the web interface: the next start puts it back; or a setting was lost because the data store went away while it was written",
  fix: "what should stay belongs into .env; npm run deploy, or docker restart of the mail server, puts the plan's settings back",
  lesson: "1-settings-that-were-never-kept",
  seconds: 25,
  needless: notStalwart,
  async run(ground) {
    adminOf(ground);
    const ask: Parameters<typeof settingsDiffer>[0] = (command, input) => ground.server.exec(command, { input, seconds: 15 });
    try {
      const found = await settingsDiffer(ask, ground.deployment, ground.wire);
      return found.map((one) => ({ where: one.object, what: differenceText(one), key: one.field ?? "object" }));
    } catch (error) {
      throw new CannotAsk(`${ground.server.container}: ${error instanceof Error ? error.message : String(error)}`);
    }
  },
};
