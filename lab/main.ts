import { reportMistakes } from "../lib/app";
import { refuseIfAny } from "../lib/errors";
import { down } from "./down";
import { drill } from "./drill";
import type { Server } from "./env";
import { faults } from "./faults/run";
import { isOurs } from "./ground";
import { serversThere } from "./images";
import { labOf, type Lab } from "./lab";
import { readOptions, type Options } from "./options";
import { status } from "./status";
import { test } from "./test";
import { up } from "./up";

const exitCode = (fine: boolean): number => (fine ? 0 : 1);

async function serversOf(lab: Lab, { servers }: Options): Promise<readonly Server[]> {
  const found = servers ?? (await serversThere(lab));
  refuseIfAny(found.length > 0 ? [] : ["no mail server's image is there or can be pulled; run npm run lab:images with LAB_STALWART or LAB_MADDY, or let Docker reach the registry"]);
  return found;
}

/** All of it with one server after another; it is taken down also when something went wrong. */
async function all(lab: Lab, options: Options): Promise<number> {
  refuseIfAny((await isOurs(lab)) ? ["a lab is up here already; npm run lab -- test looks at it, npm run lab -- down removes it"] : []);
  let fine = true;
  for (const server of await serversOf(lab, options)) {
    try {
      await up(lab, server, options);
      fine = (await test(lab, options.only)) && fine;
    } finally {
      await down(lab);
    }
  }
  return exitCode(fine);
}

const isUp = async (lab: Lab): Promise<void> => refuseIfAny((await isOurs(lab)) ? [] : [`no lab of ${lab.folder} is up on the engine at ${lab.host}; npm run lab -- up first`]);

const RUN: Record<Options["command"], (lab: Lab, options: Options) => Promise<number>> = {
  all,
  up: async (lab, options) => {
    refuseIfAny((options.servers?.length ?? 1) > 1 ? ["lab up: got --server both; one mailbox has one mail server, so name one, or leave up out: npm run lab -- --server both"] : []);
    await up(lab, (await serversOf(lab, options))[0], options);
    return 0;
  },
  test: async (lab, { only }) => {
    await isUp(lab);
    return exitCode(await test(lab, only));
  },
  faults: async (lab, { only, runs, json, random }) => {
    await isUp(lab);
    return faults(lab, { only, runs, json, random });
  },
  drill: async (lab) => {
    await isUp(lab);
    return drill(lab);
  },
  down: async (lab) => {
    await down(lab);
    return 0;
  },
  status: async (lab) => exitCode(await status(lab)),
};

async function main(words: readonly string[]): Promise<number> {
  try {
    const options = readOptions(words);
    return await RUN[options.command](labOf(process.cwd(), process.env, process), options);
  } catch (error) {
    return reportMistakes(error, process);
  }
}

if (require.main === module)
  void main(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
