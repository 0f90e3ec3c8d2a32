import type { DockerRule } from "./rule";

export const imageKeepLocally: DockerRule = {
  name: "image-keep-locally",
  why: "removing the last tag of an image that a container uses failed after that container was down, and again on every later apply",
  image: ({ attributes: { name, keep_locally } }) =>
    keep_locally
      ? []
      : [`image ${name ?? "without a name"} has keepLocally ${keep_locally ?? "not set"}; it has to be true; add keepLocally: true`],
};
