import { hasTouched, wasStopped, wroteNewer } from "../../lib/deploy/rollback";
import type { TerraformEvent } from "../../lib/site/events";
import type { PlacedContainer } from "../../lib/site/stack";

const start = (addr: string): TerraformEvent => ({ type: "apply_start", "@message": "", hook: { resource: { addr } } });
const container = (name: string, image: string, keepsData: boolean): PlacedContainer => ({ address: `docker_container.${name}`, name, image, engine: "unix:///x", keepsData, files: [] });

test.each([
  ["a container that Terraform began with", [start("null_resource.x"), start("docker_container.x")], true],
  ["volumes, networks and our own marks only", [start("docker_volume.x"), start("docker_network.x"), start("null_resource.x")], false],
  ["a container that was only planned", [{ type: "planned_change", "@message": "", change: { resource: { addr: "docker_container.x" }, action: "replace" } } as TerraformEvent], false],
  ["nothing, for the state was locked", [], false],
])("has touched what runs: %s", (_, events, touched) => {
  expect(hasTouched(events)).toBe(touched);
});

test("was stopped by a person when Terraform says so, and not when a container's log does", () => {
  const said = (type: string): TerraformEvent => ({ type, "@message": "\nInterrupt received.\nPlease wait for Terraform to exit or data loss may occur.\n" });
  expect(wasStopped([said("log")])).toBe(true);
  expect(wasStopped([said("provision_progress"), start("docker_container.x")])).toBe(false);
});

test("names a program that goes back to an older image on data that the newer one may have written", () => {
  const before = [container("mail", "mail:1", true), container("edge", "edge:1", false), container("db", "db:17", true), container("gone", "gone:1", true)];
  const now = [container("mail", "mail:2", true), container("edge", "edge:2", false), container("db", "db:17", true)];
  expect(wroteNewer(now, before)).toEqual([expect.stringMatching(/^mail: mail:1 was started again on data that mail:2 may have changed; .*backup/)]);
  expect(wroteNewer(before, before)).toEqual([]);
});
