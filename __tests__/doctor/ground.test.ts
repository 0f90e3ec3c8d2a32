import { groundOf, type Ground } from "../../lib/doctor/ground";
import { makeWire } from "../../lib/wire";
import { deployment } from "../deployment";

const ground = (overrides: Readonly<Record<string, string>> = {}): Ground => {
  const read = deployment(overrides);
  return groundOf(read, makeWire(read), process.cwd(), process.env);
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("asking politely", () => {
  test("one at a time for a key, with a pause, in order; another key does not wait", async () => {
    const { politely } = ground();
    const log: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      log.push(`${name} begins`);
      await sleep(20);
      log.push(`${name} ends`);
    };
    const start = performance.now();
    await Promise.all([politely("25", work("a")), politely("25", work("b")), politely("993", work("c"))]);
    expect(log.indexOf("c begins")).toBeLessThan(log.indexOf("a ends"));
    expect(log.filter((one) => !one.startsWith("c"))).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(320);
  });
  test("one that fails is told its own failure, and the next has its turn", async () => {
    const { politely } = ground();
    await expect(politely("25", () => Promise.reject(new Error("first")))).rejects.toThrow("first");
    await expect(politely("25", () => Promise.resolve("second"))).resolves.toBe("second");
  });
});

test("secrets that nobody gave are undefined", () => expect(ground().secret("TS_API_KEY")).toBeUndefined());
test("a place for each edge, by its own engine", () =>
  expect(ground({ EDGE_MAGIC_NAME: "fra,nyc", EDGE_IPV4: "fra=192.0.2.25,nyc=198.51.100.25", EDGE_DOCKER_HOST: "fra=ssh://root@fra.test,nyc=ssh://root@nyc.test" }).edges.map(({ node, site }) => [node.name, site.dockerHost])).toEqual([
    ["fra", "ssh://root@fra.test"],
    ["nyc", "ssh://root@nyc.test"],
  ]));
