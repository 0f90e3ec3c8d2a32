import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { Image } from "@cdktf/provider-docker/lib/image";
import { App, LocalBackend, TerraformStack } from "cdktf";
import { deploySite } from "../../lib/deploy/deploy";
import { destroySite } from "../../lib/deploy/destroy";
import { driftSite } from "../../lib/deploy/drift";
import { Engine } from "../../lib/site/engine";
import type { Site } from "../../lib/site/site";
import { Stack } from "../../lib/site/stack";
import { Terraform } from "../../lib/site/terraform";
import { useEngine } from "../../lib/docker/provider";
import { Service } from "../../lib/docker/service";
import { dataVolume, scratchVolume } from "../../lib/docker/volumes";
import { makeWire } from "../../lib/wire";
import { LARGE, deployment } from "../deployment";
import { ENGINE, HOST, IMAGE, docker } from "./engine";
import { describeWith } from "./programs";
import { PROVIDERS, TERRAFORM } from "./terraform";


const NAME = `tailwart-live-deploy-${process.pid}`;
const SECRETS = Object.fromEntries(["TS_AUTHKEY", "STALWART_ADMIN_PASSWORD", "STALWART_DB_PASSWORD", "STALWART_REDIS_PASSWORD", "STALWART_S3_ACCESS_KEY", "STALWART_S3_SECRET_KEY", "STALWART_SMARTHOST_PASSWORD", "STALWART_ACME_KEY", "STALWART_ACME_TOKEN"].map((name) => [name, "canary-0001-value"]));

interface Wanted {
  /** what the container's shell runs */
  readonly script?: string;
  /** a line of the Dockerfile that the stack images builds */
  readonly build?: string;
  /** what the secret file holds */
  readonly secret?: string;
  /** name of one more volume, which nobody uses */
  readonly volume?: string;
}

describeWith([TERRAFORM, PROVIDERS, ENGINE], "deploy, drift and destroy on a real engine", () => {
  const project = mkdtempSync(join(tmpdir(), "tailwart-deploy-"));
  const outdir = join(project, "cdktf.out");
  let said: { out: string; err: string };

  /** Two stacks as ours are made: images, and a service with a volume of data, a file and a secret. */
  function site({ script = "exec sleep 3600", build = "RUN true", secret = "canary-0002-value", volume }: Wanted = {}, answer = ""): Site {
    const context = join(project, "context");
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, "Dockerfile"), `FROM ${IMAGE}\n${build}\n`);
    writeFileSync(join(project, "secret"), `${secret}\n`);
    const app = new App({ outdir });
    const [images, demo] = ["images", "demo"].map((id) => {
      const stack = new TerraformStack(app, id);
      new LocalBackend(stack, { path: `../../../terraform.${id}.tfstate` });
      return stack;
    });
    new Image(images, "image", { provider: useEngine(images, HOST), name: `${NAME}:${build.length}`, buildAttribute: { context }, keepLocally: true });
    const provider = useEngine(demo, HOST);
    const data = dataVolume(demo, "data", provider, NAME);
    if (volume !== undefined) scratchVolume(demo, "more", provider, volume);
    new Service(demo, "service", {
      provider,
      name: NAME,
      image: IMAGE,
      entrypoint: ["/bin/sh", "-c", script],
      network: { own: "bridge" },
      files: [{ path: "/opt/file", content: "${kept} as it is\n" }],
      secretFiles: [{ path: "/run/secret", source: join(project, "secret"), hash: secret.slice(7, 11) }],
      volumes: [{ name: data.name, path: "/data" }],
      memoryMiB: 32,
      health: { command: ["test", "-e", "/opt/file"], intervalSeconds: 1, startSeconds: 1 },
      stopGraceSeconds: 1,
      patienceSeconds: 10,
    });
    app.synth();
    said = { out: "", err: "" };
    const place = {
      project,
      environment: process.env,
      attended: false,
      ask: () => Promise.resolve(answer),
      output: { stdout: { write: (text: string) => (said.out += text) }, stderr: { write: (text: string) => (said.err += text) } },
    };
    const read = deployment({ ...LARGE, ...SECRETS });
    const stacks = ["images", "demo"];
    return {
      deployment: read,
      wire: makeWire(read),
      stacks,
      outdir,
      summary: "THE TABLE",
      place,
      chosen: stacks.map((name) => new Stack(name, join(outdir, "stacks", name))),
      engine: (host) => new Engine(host),
      terraform: (stack) => new Terraform(stack.folder),
      say: (line) => void (said.out += `${line}\n`),
      edgeOf: () => undefined,
    };
  }
  const deploy = (wanted?: Wanted, yes = true) => deploySite(site(wanted), { yes, withData: false });
  const id = () => docker("inspect", "-f", "{{.Id}}", NAME).stdout;

  afterAll(() => {
    docker("rm", "-f", NAME);
    docker("volume", "rm", NAME);
    docker("image", "ls", "-q", NAME).stdout.split("\n").filter(Boolean).forEach((image) => docker("image", "rm", "-f", image));
    rmSync(project, { recursive: true, force: true });
  });

  test("refuses to go on when nobody says yes, and has touched nothing", async () => {
    expect(await deploy({}, false)).toBe(1);
    expect(said.out).toContain("THE TABLE");
    expect(said.err).toMatch(/nobody is here to say yes.*\n\nnothing was changed/);
    expect(id()).toBe("\n");
  });

  test("deploys, with progress that a person can follow", async () => {
    expect(await deploy()).toBe(0);
    expect(said.out).toMatch(new RegExp(`demo 1/2 volume ${NAME} made\\ndemo 2/2 ${NAME} healthy after \\d+ s`));
    docker("exec", NAME, "sh", "-c", "echo mail > /data/mail");
  });

  test("a second time has nothing to do", async () => {
    const before = id();
    expect(await deploy()).toBe(0);
    expect(said.out).toMatch(/^nothing to do: images, demo are as .env wants it, and healthy/);
    expect(id()).toBe(before);
  });

  test("no secret in state, plan, inspect or logs", () => {
    const places = [...["images", "demo"].map((stack) => `terraform.${stack}.tfstate`), "cdktf.out", ".deployed/demo/cdktf.out"].map((name) => join(project, name));
    expect(spawnSync("grep", ["-rl", "canary-0002", ...places], { encoding: "utf8" }).stdout).toBe("");
    expect(docker("inspect", NAME).stdout + docker("logs", NAME).stdout).not.toContain("canary-0002");
  });

  test("drift: none, then a changed file and a stopped container, and deploy mends it", async () => {
    expect(await driftSite(site())).toBe(0);
    docker("exec", NAME, "sh", "-c", "echo >> /opt/file; chmod 0644 /run/secret");
    expect(await driftSite(site())).toBe(2);
    expect(said.out).toContain(`${NAME}  /opt/file is not what was deployed`);
    expect(said.out).toContain("/run/secret has mode 644, not 440");
    docker("stop", "-t", "1", NAME);
    expect(await driftSite(site())).toBe(2);
    expect(said.out).toMatch(/is exited/);
    expect(await deploy()).toBe(0);
  });

  test("fails a build with its own words, and what runs stays", async () => {
    const before = id();
    expect(await deploy({ build: 'RUN echo "edge image: the download failed" >&2; false' })).toBe(1);
    expect(said.err).toMatch(/^images: .* was not built: edge image: the download failed/);
    expect(said.err).toContain("nothing that runs was touched");
    expect(id()).toBe(before);
  });

  test("fails on a container that ends, with its last log lines, and puts back what ran before", async () => {
    docker("exec", NAME, "sh", "-c", "echo before > /data/before");
    expect(await deploy({ script: "echo password authentication failed; exit 1" })).toBe(1);
    expect(said.err).toMatch(new RegExp(`^demo: ${NAME} is not healthy \\(.*\\); STALWART_DB_PASSWORD is not`));
    expect(said.err).toMatch(/\n {2}\| password authentication failed\n/);
    expect(said.err).toMatch(/\ndemo: put back as it was before \(\d+ s\)\n\ndone: images; demo: as before\n$/);
    expect(docker("exec", NAME, "cat", "/data/before", "/run/secret").stdout).toBe("before\ncanary-0002-value\n");
    expect(await driftSite(site())).toBe(0);
    expect(await deploy()).toBe(0);
    expect(said.out).toContain("nothing to do");
  });

  test("with a secret that was changed in the same deploy, the old one comes back too", async () => {
    expect(await deploy({ script: "cat /run/secret; exit 1", secret: "canary-0003-value" })).toBe(1);
    expect(said.err).toContain("demo: put back as it was before");
    expect(docker("exec", NAME, "cat", "/run/secret").stdout).toBe("canary-0002-value\n");
  });

  test("fails to put back what cannot run any more either, says so, and goes on from there", async () => {
    expect(await deploy({ script: "test ! -e /data/spoilt && exec sleep 3600; echo spoilt; exit 1" })).toBe(0);
    expect(await deploy({ script: "touch /data/spoilt; echo new words; exit 1" })).toBe(1);
    expect(said.err).toMatch(/\n {2}\| new words\n/);
    expect(said.err).toMatch(new RegExp(`\\ndemo: could not be put back: ${NAME} is not healthy .* \\(\\d+ s\\)\\n {2}\\| spoilt\\n`));
    expect(said.err).toContain("demo: stopped half-way; mend it and deploy again");
    expect(await deploy()).toBe(0);
  });

  test("fails without a word of going back when a container was never touched", async () => {
    const before = id();
    expect(await deploy({ volume: "not a name" })).toBe(1);
    expect(said.out + said.err).not.toContain("going back");
    expect(said.err).toContain("nothing that runs was touched");
    expect(id()).toBe(before);
  });

  test("destroy keeps the data, and the next deploy takes it up again", async () => {
    expect(await destroySite(site(), { yes: true, withData: false })).toBe(0);
    expect(said.out).toContain(`kept: volume ${NAME}`);
    expect(id()).toBe("\n");
    expect(await deploy()).toBe(0);
    expect(docker("exec", NAME, "cat", "/data/mail").stdout).toBe("mail\n");
  });

  test("destroy --with-data wants the domain's name", async () => {
    expect(await destroySite(site({}, "two.test"), { yes: true, withData: true })).toBe(1);
    expect(said.err).toContain("that was not one.test");
    expect(docker("volume", "inspect", NAME).status).toBe(0);
    const status = await destroySite(site({}, "one.test"), { yes: true, withData: true });
    expect({ status, ...said }).toMatchObject({ status: 0, err: "" });
    expect(docker("volume", "inspect", NAME).status).toBe(1);
  });

  test("fails at a first deploy, also after a destroy: there is nothing to go back to", async () => {
    expect(await deploy({ script: "echo no; exit 1" })).toBe(1);
    expect(said.out).not.toContain("going back");
    expect(said.err).toMatch(/done: images; demo: stopped half-way; mend it and deploy again, it goes on from here\n$/);
    docker("rm", "-f", NAME);
  });
});
