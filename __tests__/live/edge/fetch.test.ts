import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assetPath } from "../../../lib/asset";
import { run, type Result } from "../processes";
import { describeWith, type Need } from "../programs";

const GO: Need = { name: "go", hint: "apt-get install golang-go" };
const WGET: Need = { name: "wget", hint: "apt-get install wget" };

/** A program that says about itself what the environment wants. */
const FAKE = `package main
import ("fmt"; "os")
func main() {
	switch os.Args[1] {
	case "version": fmt.Println(os.Getenv("FAKE_VERSION"))
	case "build-info": fmt.Println("dep\\tgithub.com/caddyserver/caddy/v2\\tv2.11.4"); if l4 := os.Getenv("FAKE_L4"); l4 != "" { fmt.Println("dep\\tgithub.com/mholt/caddy-l4\\t" + l4 + "\\th1:x") }
	case "list-modules": fmt.Println(os.Getenv("FAKE_MODULES"))
	}
}
`;
const GOOD = {
  CADDY_VERSION: "2.11.4",
  CADDY_BELOW: "3.0.0",
  CADDY_L4_VERSION: "0.1.2",
  CADDY_L4_BELOW: "0.2.0",
  CADDY_ARCH: process.arch === "arm64" ? "arm64" : "amd64",
  FAKE_VERSION: "v2.11.4 h1:x",
  FAKE_L4: "v0.1.2",
  FAKE_MODULES: "http\nlayer4\nlayer4.handlers.proxy\nlayer4.matchers.tls",
};

describeWith([GO, WGET], "fetch.sh takes the wanted Caddy, and refuses any other in one line", () => {
  let folder: string;
  let fake: Buffer;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tailwart-fetch-"));
    writeFileSync(join(folder, "main.go"), FAKE);
    const { status, stderr } = spawnSync("go", ["build", "-o", "fake", "main.go"], { cwd: folder, encoding: "utf8", env: { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GO111MODULE: "off" } });
    if (status !== 0) throw new Error(stderr);
    fake = readFileSync(join(folder, "fake"));
    server = createServer((request, response) => {
      if (request.url === "/caddy") response.end(fake);
      else if (request.url === "/moved") response.writeHead(302, { location: "/again" }).end();
      else if (request.url === "/again") response.writeHead(301, { location: "/caddy" }).end();
      else if (request.url?.startsWith("/status/")) response.writeHead(Number(request.url.slice(8))).end("{}");
      else if (request.url === "/slow") response.writeHead(200, { "content-length": fake.length }).write(fake.subarray(0, 100));
      else if (request.url === "/cut") response.writeHead(200, { "content-length": fake.length }).write(fake.subarray(0, 5000), () => response.destroy());
      else if (request.url !== "/hang") response.writeHead(400).end('{"error":{"message":"unable to fulfill download request"}}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs the script with a file in its context, or without one, so that it downloads. */
  async function fetching(env: Readonly<Record<string, string>>, file?: Buffer | string): Promise<Result & { out: string }> {
    const [context, out] = ["context", "out"].map((name) => join(mkdtempSync(join(folder, "run-")), name));
    mkdirSync(context);
    if (file !== undefined) writeFileSync(join(context, "caddy"), file);
    return { ...(await run("sh", [assetPath("edge/image/fetch.sh"), context, out], { env: { ...GOOD, ...env } })), out };
  }
  const refusal = ({ code, stderr }: Result): string => {
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^edge image: /);
    return stderr.trim();
  };
  const edited = (offset: number, ...bytes: number[]): Buffer => Buffer.concat([fake.subarray(0, offset), Buffer.from(bytes), fake.subarray(offset + bytes.length)]);

  test("takes a file, and says what it took", async () => {
    const { code, stdout, out } = await fetching({ CADDY_SHA256: createHash("sha256").update(fake).digest("hex") }, fake);
    expect(code).toBe(0);
    expect(stdout).toContain("edge image: Caddy 2.11.4 with caddy-l4 0.1.2, sha256 ");
    expect(readFileSync(join(out, "caddy")).equals(fake)).toBe(true);
  });
  test.each(["/caddy", "/moved"])("takes a download from %s, over redirects too", async (path) => {
    const { code, out } = await fetching({ CADDY_DOWNLOAD: url + path });
    expect(code).toBe(0);
    expect(readFileSync(join(out, "caddy")).equals(fake)).toBe(true);
  });

  test.each<[string, Record<string, string>, () => Buffer | string, RegExp]>([
    ["a page instead of a program", {}, () => "<html>Service Unavailable</html>", /no Linux program but begins with "<html>Service Unavailable<\/html>"; check CADDY_DOWNLOAD/],
    ["an empty file", {}, () => "", /no Linux program but begins with ""/],
    ["another processor", {}, () => edited(18, 0x28), /for another processor \(ELF machine 0x28\), not a\w+64; set CADDY_ARCH/],
    ["a file that somebody changed", { CADDY_SHA256: "0".repeat(64) }, () => fake, /its SHA-256 is [0-9a-f]{64}, CADDY_SHA256 says 0{64}: other bytes than those that you reviewed.*set CADDY_SHA256=[0-9a-f]{64}, or put/],
    ["a program cut short", {}, () => fake.subarray(0, 64), /it does not run here: /],
    ["an older Caddy", { FAKE_VERSION: "v2.11.3 h1:x" }, () => fake, /it is Caddy v2\.11\.3, CADDY_VERSION asks for 2\.11\.4 or newer; name a newer download/],
    ["a Caddy of two numbers less, though its text is greater", { FAKE_VERSION: "v2.9.9 h1:x" }, () => fake, /it is Caddy v2\.9\.9, CADDY_VERSION asks for/],
    ["a next major Caddy", { FAKE_VERSION: "v3.0.0 h1:x" }, () => fake, /it is Caddy v3\.0\.0, and 3\.0\.0 and newer are not known to work with this edge/],
    ["another Caddy than exactly one", { CADDY_VERSION: "=2.11.4", FAKE_VERSION: "v2.11.9 h1:x" }, () => fake, /it is Caddy v2\.11\.9, CADDY_VERSION==2\.11\.4 asks for exactly 2\.11\.4; write CADDY_VERSION==2\.11\.9 if/],
    ["a Caddy whose version only begins alike", { CADDY_VERSION: "=2.11.4", FAKE_VERSION: "v2.11.40 h1:x" }, () => fake, /it is Caddy v2\.11\.40/],
    ["no caddy-l4", { FAKE_L4: "" }, () => fake, /caddy-l4 is not in it; add p=github\.com\/mholt\/caddy-l4@v0\.1\.2 to CADDY_DOWNLOAD/],
    ["a next minor caddy-l4", { FAKE_L4: "v0.2.0" }, () => fake, /it is caddy-l4 v0\.2\.0, and 0\.2\.0 and newer are not known to work/],
    ["another caddy-l4 than exactly one", { CADDY_L4_VERSION: "=0.1.2", FAKE_L4: "v0.1.3" }, () => fake, /it is caddy-l4 v0\.1\.3, CADDY_L4_VERSION==0\.1\.2 asks for exactly 0\.1\.2/],
    ["a module that is missing", { FAKE_MODULES: "layer4\nlayer4.handlers.proxy" }, () => fake, /module layer4\.matchers\.tls is not in it; take a download with caddy-l4 v0\.1\.2/],
  ])("refuses %s", async (_name, env, file, line) => expect(refusal(await fetching(env, file()))).toMatch(line));

  test.each<[string, Record<string, string>]>([
    ["the newest that the service serves today", { FAKE_VERSION: "v2.11.9 h1:x", FAKE_L4: "v0.1.3" }],
    ["a next minor Caddy", { FAKE_VERSION: "v2.12.0 h1:x" }],
    ["exactly the wanted ones", { CADDY_VERSION: "=2.11.4", CADDY_L4_VERSION: "=0.1.2" }],
  ])("takes %s, and records what came", async (_name, env) => {
    const record = join(mkdtempSync(join(folder, "record-")), "etc/caddy.json");
    const { code, stderr } = await fetching({ ...env, CADDY_DOWNLOAD: `${url}/caddy`, CADDY_RECORD: record });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { FAKE_VERSION, FAKE_L4 } = { ...GOOD, ...env };
    expect(JSON.parse(readFileSync(record, "utf8"))).toEqual({
      caddy: FAKE_VERSION.slice(1).split(" ")[0],
      caddyL4: FAKE_L4.slice(1),
      sha256: createHash("sha256").update(fake).digest("hex"),
      arch: GOOD.CADDY_ARCH,
    });
  });

  const LATER = /deploy again|wait an hour/;
  test.each<[string, string, Record<string, string>, RegExp, boolean]>([
    ["a pinned older core", "/status/400", { CADDY_VERSION: "=2.11.4" }, /HTTP 400 for the exact CADDY_VERSION==2\.11\.4: the build service makes only its newest Caddy; write it without the second =, or put/, false],
    ["a combination that cannot be built", "/status/400", {}, /HTTP 400: .*look at CADDY_PLUGINS and CADDY_L4_VERSION/, false],
    ["an account that is demanded", "/status/401", {}, /HTTP 401: .*wants an account .*trying again does not help; put the program/, false],
    ["an address that is shut out", "/status/403", {}, /HTTP 403: .*shuts this address out/, false],
    ["a file that is not there", "/status/404", {}, /HTTP 404: nothing is there; look at CADDY_DOWNLOAD/, false],
    ["too many downloads", "/status/429", {}, /HTTP 429: too many downloads from this address; wait an hour/, true],
    ["a service that is being worked on", "/status/502", {}, /HTTP 502: .*deploy again in a few minutes/, true],
    ["a service that failed", "/status/500", {}, /HTTP 500: .*deploy again in a few minutes/, true],
    ["a server that never answers", "/hang", { CADDY_PATIENCE: "3" }, /no whole download within 3 s/, true],
    ["a server that is too slow", "/slow", { CADDY_PATIENCE: "3" }, /no whole download within 3 s/, true],
    ["a download that is cut", "/cut", { CADDY_PATIENCE: "5" }, /(cut after \d+ bytes; deploy again|no whole download within 5 s)/, true],
  ])("refuses %s, with what to do", async (_name, path, env, expected, later) => {
    const line = refusal(await fetching({ CADDY_DOWNLOAD: url + path, ...env }));
    expect(line).toMatch(expected);
    expect(line).toContain(`(${url}${path})`);
    expect(LATER.test(line)).toBe(later);
  });
  test("refuses a server that is not there", async () => {
    const line = refusal(await fetching({ CADDY_DOWNLOAD: "http://127.0.0.1:9/caddy", CADDY_PATIENCE: "3" }));
    expect(line).toMatch(/cannot be reached from the edge's engine.*look at its network and DNS.*\(http:\/\/127\.0\.0\.1:9\/caddy\)$/);
  });
});

const BUSYBOX: Need = { name: "busybox", hint: "apt-get install busybox-static" };
const ROOT: Need = { name: "leave to chroot", hint: "run as root on Linux", met: () => process.platform === "linux" && process.getuid?.() === 0 };

describeWith([BUSYBOX, ROOT], "root.sh", () => {
  test("leaves busybox, our scripts and no set-uid program", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tailwart-root-"));
    try {
      const [context, out] = [join(folder, "context"), join(folder, "out")];
      mkdirSync(context);
      for (const file of ["health.sh", "config.sh", "run.sh", "gate.sh"]) copyFileSync(assetPath(`edge/image/${file}`), join(context, file));
      expect(await run("sh", [assetPath("edge/image/root.sh"), context, out])).toMatchObject({ code: 0, stderr: "" });
      const { stdout } = await run("find", [out, "-type", "f", "-printf", "%m /%P\n"]);
      const files = stdout.trim().split("\n").filter((line) => !line.includes("/lib")).sort();
      expect(files).toEqual(["644 /etc/passwd", "644 /usr/local/bin/edge-config", "644 /usr/local/bin/edge-gate", "644 /usr/local/bin/edge-health", "644 /usr/local/bin/edge-run", "755 /bin/busybox"]);
      expect(existsSync(join(out, "bin/sh"))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
