import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { unprotected } from "../../lib/deploy/destroy";
import type { Action, TerraformEvent } from "../../lib/site/events";
import { terraformProblem } from "../../lib/deploy/preconditions";
import { Progress } from "../../lib/deploy/progress";
import { planLines } from "../../lib/deploy/plans";
import { Stack } from "../../lib/site/stack";
import { initProblem } from "../../lib/site/terraform";
import { addStacks } from "../../lib/stacks";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

let outdir: string;
let mailbox: Stack;
let images: Stack;
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), "tailwart-out-"));
  const site = deployment({ MAILBOX_DOCKER_HOST: "ssh://root@home.test", STALWART_DB_PASSWORD: "canary-database-0001" });
  const app = new App({ outdir });
  addStacks(app, { deployment: site, wire: makeWire(site), project: outdir });
  app.synth();
  [mailbox, images] = ["mailbox", "images"].map((name) => new Stack(name, join(outdir, "stacks", name)));
});
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

const container = (name: string) => mailbox.containers.find((one) => one.name === name)!;

describe("a synthesized stack, read back", () => {
  test("containers with engine, image and whom they join", () => {
    expect(container("tailwart-postgres")).toMatchObject({ engine: "ssh://root@home.test", image: expect.stringContaining("postgres"), joins: "tailwart-stalwart-namespace" });
    expect(container("tailwart-stalwart-namespace").joins).toBeUndefined();
  });

  test("files as they are in the container, with Terraform's escapes undone", () => {
    const joiner = container("tailwart-postgres").files.find(({ path }) => path.endsWith("joiner.sh"));
    expect(joiner).toMatchObject({ mode: "0755", content: expect.stringContaining("NETNS=${NETNS:-") });
  });

  test("secret files by their place on this machine", () => {
    const secret = container("tailwart-postgres").files.find(({ path }) => path === "/run/secrets/stalwart_db_password");
    expect(secret).toEqual({ path: "/run/secrets/stalwart_db_password", mode: "0440", source: join(outdir, "..", ".secrets/stalwart_db_password") });
  });

  test("volumes that must stay are those with data", () => {
    expect(mailbox.keptVolumes.map((address) => mailbox.nameOf(address)).sort()).toEqual(expect.arrayContaining(["tailwart-postgres", "tailwart-garage", "tailwart-stalwart-tailscale"]));
    expect(mailbox.keptVolumes.map((address) => mailbox.nameOf(address))).not.toContain("tailwart-stalwart-netns");
    expect(unprotected(["docker_volume.x"])).toEqual({ resource: { docker_volume: { x: { lifecycle: { prevent_destroy: false } } } } });
  });

  test("what is built, with what", () => {
    expect(images.images.map(({ name }) => name.split(":")[0])).toContain("tailwart-edge");
    expect(images.images.every(({ context }) => context.startsWith(outdir))).toBe(true);
  });
});

describe("progress", () => {
  const event = (type: string, addr: string, more: object = {}): TerraformEvent => ({ type, "@message": "", hook: { resource: { addr }, ...more } });
  function follow(addresses: readonly [string, Action][], events: readonly TerraformEvent[]): string[] {
    const lines: string[] = [];
    const progress = new Progress(mailbox, addresses.map(([address, action]) => ({ address, action })), (line) => lines.push(line));
    events.forEach((one) => progress.event(one));
    return lines;
  }

  test("a container counts once, when it is healthy; a replaced one's removal does not count", () => {
    const { address } = container("tailwart-postgres");
    const wait = Object.keys(resources("null_resource")).map((name) => `null_resource.${name}`).find((one) => mailbox.waitsFor(one) === "tailwart-postgres")!;
    const lines = follow(
      [[address, "replace"], [wait, "replace"]],
      [
        event("apply_complete", wait, { action: "delete" }),
        event("apply_complete", address, { action: "delete" }),
        event("apply_complete", address, { action: "create" }),
        event("provision_progress", wait, { output: "tailwart-postgres: waiting, running starting (15 s)" }),
        event("provision_progress", wait, { output: "tailwart-postgres is healthy after 16 s" }),
        event("apply_complete", wait, { action: "create" }),
      ],
    );
    expect(lines).toEqual(["mailbox     tailwart-postgres: waiting, running starting (15 s)", "mailbox 1/1 tailwart-postgres healthy after 16 s"]);
  });

  test("volumes by their names; marks that only Terraform needs are not shown", () => {
    const [volume] = mailbox.keptVolumes;
    const mark = Object.keys(resources("null_resource")).map((name) => `null_resource.${name}`).find((one) => !mailbox.isVisible(one))!;
    expect(follow([[volume, "create"], [mark, "create"]], [event("apply_complete", mark, { action: "create" }), event("apply_complete", volume, { action: "create" })])).toEqual([`mailbox 1/1 volume ${mailbox.nameOf(volume)} made`]);
  });

  test("a plan as a person reads it", () => {
    const { address } = container("tailwart-garage");
    expect(planLines({ stack: mailbox, changes: [{ address, action: "replace" }, { address: mailbox.keptVolumes[0], action: "create" }] })).toEqual(["  ± tailwart-garage", `  + volume ${mailbox.nameOf(mailbox.keptVolumes[0])}`]);
  });

  const resources = (type: string): object => (mailbox as unknown as { resources: Record<string, object> }).resources[type];
});

describe("programs", () => {
  test.each([
    ['{"terraform_version":"1.9.0"}', []],
    ['{"terraform_version":"2.0.1"}', []],
    ['{"terraform_version":"1.8.5"}', [expect.stringMatching(/^terraform: got version 1\.8\.5; install 1\.9 or newer/)]],
    [undefined, [expect.stringMatching(/^terraform: got nothing that runs/)]],
  ])("terraform %s", (json, problems) => expect(terraformProblem("terraform", json)).toEqual(problems));

  test("a failed init in one line", () => {
    expect(initProblem("Initializing...\n╷\n│ Error: Failed to query available provider packages\n│ \n│ Could not retrieve the list of\n│ available versions\n╵\n")).toBe("Failed to query available provider packages Could not retrieve the list of available versions");
  });
});
