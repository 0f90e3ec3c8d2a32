import { leftImages } from "../../lib/deploy/left-images";
import type { TerraformState } from "../../lib/site/terraform";

const DOCKER = 'provider["registry.terraform.io/kreuzwerker/docker"]';
const stack = { providers: ["docker", "docker.nyc"], has: (address: string) => address === "docker_image.edge-nyc" };
type Resource = NonNullable<TerraformState["resources"]>[number];
const image = (more: Partial<Resource> = {}): Resource => ({ mode: "managed", type: "docker_image", name: "edge-fra", provider: `${DOCKER}.fra`, instances: [{ attributes: { name: "tailwart-edge:1", keep_locally: true } }], ...more });
const left = (...resources: Resource[]) => leftImages({ resources }, stack).map(({ address }) => address);

test("an image whose engine is no longer in .env", () => expect(leftImages({ resources: [image()] }, stack)).toEqual([{ address: "docker_image.edge-fra", name: "tailwart-edge:1" }]));

test.each([
  ["an engine that is still there", image({ provider: `${DOCKER}.nyc` })],
  ["the first engine, which has no alias", image({ provider: DOCKER })],
  ["an image that the stack still has", image({ name: "edge-nyc" })],
  ["an image that Terraform would remove from its engine", image({ instances: [{ attributes: { name: "x", keep_locally: false } }] })],
  ["one that does not say so", image({ instances: [{}] })],
  ["a container", image({ type: "docker_container" })],
  ["a volume", image({ type: "docker_volume" })],
  ["what is only read", image({ mode: "data" })],
  ["another provider", image({ provider: 'provider["registry.terraform.io/hashicorp/null"].fra' })],
  ["a provider that nobody can read", image({ provider: "docker.fra" })],
  ["nothing", image({ instances: [] })],
])("never %s", (_, resource) => expect(left(resource)).toEqual([]));

test("a state without resources", () => expect(leftImages({}, stack)).toEqual([]));
