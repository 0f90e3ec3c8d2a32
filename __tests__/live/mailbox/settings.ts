import { differenceText } from "../../../lib/mailbox/stalwart/differences";
import { settingsDiffer, type Ask } from "../../../lib/mailbox/stalwart/readback";
import { deployment, wireOf } from "../../deployment";
import type { MailboxStage } from "./stage";

/** What the running server has otherwise than these settings want it, asked inside its container. */
export async function differences({ container }: MailboxStage, overrides: Readonly<Record<string, string>>, ask: Ask = (command, input) => container.exec(command, input)): Promise<string[]> {
  return (await settingsDiffer(ask, deployment(overrides), wireOf(overrides))).map(differenceText);
}
