import type { DockerRule } from "./rule";

export const deviceFields: DockerRule = {
  name: "device-fields",
  why: "the engine fills in what is left out, and a plan of provider 3.6 then replaced the container every time",
  container: ({ attributes: { devices } }) =>
    devices.flatMap(({ host_path, container_path, permissions }) => {
      const missing = [...(container_path ? [] : ["containerPath"]), ...(permissions ? [] : ["permissions"])];
      return missing.length === 0
        ? []
        : [
            `devices ${host_path} has no ${missing.join(" and no ")}; all three fields are needed; write { hostPath: "${host_path}", containerPath: "${container_path ?? host_path}", permissions: "${permissions ?? "rwm"}" }`,
          ];
    }),
};
