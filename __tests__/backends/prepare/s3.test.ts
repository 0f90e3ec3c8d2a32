import { s3Checks } from "../../../lib/backends/prepare/s3";
import { fromHere } from "../../../lib/site/tunnel";
import { s3 } from "./servers";

const key = { id: "GK0", secret: "never shown" };
const checks = async (refuse: () => readonly [number, string] | undefined) =>
  s3Checks({ way: fromHere, site: { tls: false, host: "127.0.0.1", port: await s3(refuse), region: "garage", bucket: "mail" }, key });

test("sends an object there and back, and takes it away again", async () => {
  // This server checks no signatures: PUT, HEAD, GET, DELETE, GET, and then the request with the wrong secret.
  let requests = 0;
  const found = await checks(() => ((requests += 1) > 5 ? [403, "SignatureDoesNotMatch"] : undefined));
  expect(found.map(({ state, result }) => `${state} ${result}`)).toEqual(["ok 1000 bytes there and back", "ok refused, as it should be"]);
});

test("warns of a server that checks no signatures", async () => {
  expect((await checks(() => undefined)).map(({ state }) => state)).toEqual(["ok", "warn"]);
});

test("fails with the commands where the bucket is not there", async () => {
  const [found] = await checks(() => [404, "NoSuchBucket"]);
  expect(found.state).toBe("fail");
  expect(found.result).toContain("NoSuchBucket");
  expect(found.commands?.join("\n")).toContain("garage bucket create mail");
  expect(JSON.stringify(found)).not.toContain(key.secret);
});

test("fails with the region's name where only that is wrong", async () => {
  const [found] = await checks(() => [400, "AuthorizationHeaderMalformed"]);
  expect(found).toMatchObject({ state: "fail", fix: expect.stringContaining("STALWART_S3_REGION"), commands: undefined });
});
