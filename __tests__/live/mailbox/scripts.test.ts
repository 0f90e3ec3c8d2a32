import { readdirSync } from "node:fs";
import { join } from "node:path";
import { must } from "../processes";
import { describeWith, pathOf, type Need } from "../programs";

const SHELLCHECK: Need = { name: "shellcheck", hint: "apt-get install shellcheck" };
const ROOT = join(__dirname, "..", "..", "..");
const scripts = readdirSync(join(ROOT, "lib", "mailbox"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sh")).map((path) => join("lib", "mailbox", path));

describeWith([SHELLCHECK], "the mail servers' scripts", () => {
  test.each([...scripts, "lib/docker/owner.sh", "lib/docker/joiner.sh"])("%s: shellcheck has nothing to say", async (path) => {
    await must(pathOf(SHELLCHECK), ["-x", path], { cwd: ROOT });
  });
});
