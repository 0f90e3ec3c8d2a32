import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Deployment } from "./config";
import { refuseIfAny } from "./errors";

/** Shorter values would be found in harmless words. */
const LEAST = 8;

/**
 * Looks for the value of every given secret in all that synth wrote.
 * @throws MistakesError naming variable and file, never the value
 */
export function findLeaks(outdir: string, { secrets }: Pick<Deployment, "secrets">, project: string): void {
  const stacks = join(outdir, "stacks");
  if (!existsSync(stacks)) return;
  const texts = readdirSync(stacks).map((stack) => ({ stack, text: readFileSync(join(stacks, stack, "cdk.tf.json"), "utf8") }));
  const values = Object.values(secrets)
    .filter(({ given }) => given)
    // A source is relative to a stack's folder, three levels below the project.
    .map(({ name, source }) => ({ name, value: readFileSync(source.startsWith("/") ? source : join(project, "cdktf.out/stacks/any", source), "utf8").trim() }))
    .filter(({ value }) => value.length >= LEAST);
  refuseIfAny(
    values.flatMap(({ name, value }) =>
      texts
        .filter(({ text }) => text.includes(JSON.stringify(value).slice(1, -1)))
        .map(({ stack }) => `${name}: its value would be readable in stacks/${stack}/cdk.tf.json; use the variable only where a secret belongs, or choose another value`),
    ),
  );
}
