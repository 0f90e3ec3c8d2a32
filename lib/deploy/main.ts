import { createInterface } from "node:readline";
import { reportMistakes } from "../app";
import { readerMayLeave } from "../pipe";
import { deploy } from "./deploy";
import { destroy } from "./destroy";
import { drift } from "./drift";
import { alone } from "./lock";
import { readOptions, type Command, type Options } from "./options";
import type { Place } from "../site/site";

const UNDONE: Record<Command, string> = { deploy: "nothing was deployed", drift: "nothing was compared", destroy: "nothing was removed" };
const COMMANDS: Record<Command, (place: Place, options: Options) => Promise<number>> = { deploy, drift, destroy };

function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  return new Promise((resolve) => {
    terminal.once("close", () => resolve(""));
    terminal.question(question, (answer) => {
      resolve(answer);
      terminal.close();
    });
  });
}

async function main([name, ...words]: readonly string[]): Promise<number> {
  const command = COMMANDS[name as Command];
  // Terraform gets the interrupt too and ends in good order; we wait for it and say what stands.
  process.on("SIGINT", () => process.stderr.write("\nstopping after what is under way\n"));
  const place: Place = { project: process.cwd(), environment: process.env, output: process, ask, attended: process.stdin.isTTY };
  readerMayLeave(name === "drift" ? "look" : "change");
  try {
    const options = readOptions(name as Command, words);
    // drift changes nothing that runs, but it synthesizes too.
    return await alone(place.project, name, () => command(place, options));
  } catch (error) {
    return reportMistakes(error, process, UNDONE[name as Command]);
  }
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
