import { lastLine } from "../site/run";
import { CannotAsk } from "./check";
import type { ContainerGround } from "./ground";

/** for one command; a small host that is busy takes its time */
const SECONDS = 15;

type Named = Pick<ContainerGround, "container" | "engine">;

/** Runs a command in a container. @throws CannotAsk with its last words when it fails */
export async function said(shell: Pick<ContainerGround, "exec" | "from">, command: readonly string[], options: Parameters<ContainerGround["exec"]>[1] = {}): Promise<string> {
  const { status, stdout, stderr } = await shell.exec(command, { seconds: SECONDS, ...options });
  if (status === 124) throw new CannotAsk(`${shell.from}: no answer within ${SECONDS} s to ${command[0]}`);
  if (status !== 0) throw new CannotAsk(`${shell.from}: ${lastLine(stderr) || lastLine(stdout) || `${command[0]} ended with ${status}`}`);
  return stdout;
}

/** What the engine knows of a container, by a template of `docker inspect`. @throws CannotAsk */
export async function inspected({ container, engine }: Named, template: string): Promise<string> {
  const { status, stdout, stderr } = await engine.docker(["inspect", "--type", "container", "--format", template, container], { seconds: SECONDS });
  if (status !== 0) throw new CannotAsk(`${container}: ${lastLine(stderr) || "the engine does not answer"}`);
  return stdout.trim();
}

/** What a container printed, errors first. @throws CannotAsk */
export async function printed({ container, engine }: Named, options: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await engine.docker(["logs", ...options, container], { seconds: SECONDS });
  if (status !== 0) throw new CannotAsk(`${container}: ${lastLine(stderr) || "its log does not come"}`);
  return stderr + stdout;
}

/** Its first minutes since its last start: bounded, however long its log is. @throws CannotAsk when it does not run */
export async function firstWords(one: Named): Promise<string> {
  const state = await one.engine.container(one.container);
  if (state?.status !== "running") throw new CannotAsk(`${one.container} ${state === undefined ? "is not there" : `is ${state.status}`}; npm run drift says more`);
  const from = new Date(state.started.getTime() - 1000);
  return printed(one, ["--since", from.toISOString(), "--until", new Date(state.started.getTime() + 5 * 60_000).toISOString()]);
}
