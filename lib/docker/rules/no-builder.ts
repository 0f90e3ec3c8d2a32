import type { DockerRule } from "./rule";

export const noBuilder: DockerRule = {
  name: "no-builder",
  why: "a named builder needs the buildx plugin or fails to find the Dockerfile, where the provider's own choice worked with every version",
  image: ({ attributes: { build } }) =>
    build
      .filter(({ builder }) => builder !== undefined)
      .map(({ builder }) => `build.builder is ${builder}; the provider's own choice works on every engine; remove it`),
};
