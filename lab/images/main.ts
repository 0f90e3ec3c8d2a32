import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportMistakes } from "../../lib/app";
import { refuseIfAny } from "../../lib/errors";
import { REPOSITORY } from "../asset";
import { labOf, type Lab } from "../lab";
import { build } from "./builder";
import { DebianPackages } from "./debian";
import { recipes } from "./recipes";
import { debianVersion, imageName, type Versioned } from "./recipe";

/** `npm run lab:images`: makes stand-ins of the official images, and writes their names where `npm run lab` finds them. */
export async function makeImages(lab: Lab, environment: NodeJS.ProcessEnv): Promise<void> {
  const silence = await lab.engine.silence(20);
  refuseIfAny(silence === undefined ? [] : [`the Docker engine at ${lab.host} does not answer: ${silence}; start it, or name another one in LAB_DOCKER_HOST`]);
  const { recipes: found, without } = await recipes(environment);
  const debian = new DebianPackages(lab.path("cache"));
  const all: Versioned[] = [];
  for (const one of found) {
    const begun = Date.now();
    const packages = one.packages.length > 0 ? await debian.closure(one.packages) : [];
    const recipe: Versioned = { ...one, version: typeof one.version === "string" ? one.version : debianVersion(packages, one.version.package) };
    all.push(recipe);
    const built = await build(lab, debian, recipe, packages);
    lab.say(`${imageName(recipe)} ${built ? `built in ${Math.round((Date.now() - begun) / 1000)} s` : "is as it was"}`);
  }
  const caddy = join(REPOSITORY, "tools/bin/caddy");
  const lines = [
    "# written by npm run lab:images; npm run lab takes these instead of the official images while this file is here",
    ...all.map((recipe) => `${recipe.variable}=${imageName(recipe)}`),
    `CADDY_DOWNLOAD=${caddy}`,
    `CADDY_SHA256=${createHash("sha256").update(readFileSync(caddy)).digest("hex")}`,
  ];
  writeFileSync(lab.path("images.env"), `${lines.join("\n")}\n`, { mode: 0o600 });
  without.forEach((line) => lab.say(`without ${line}`));
}

if (require.main === module) {
  makeImages(labOf(process.cwd(), process.env, process), process.env).catch((error: unknown) => {
    process.exitCode = reportMistakes(error, process);
  });
}
