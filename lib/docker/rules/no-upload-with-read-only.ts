import type { DockerRule } from "./rule";

export const noUploadWithReadOnly: DockerRule = {
  name: "no-upload-with-read-only",
  why: "the engine refused it at apply (`container rootfs is marked read-only`), and every later apply failed the same way",
  container: ({ attributes: { read_only, upload } }) =>
    read_only && upload.length > 0
      ? [
          `readOnly is true and upload places ${upload.map(({ file }) => file).join(", ")}; only one of the two is possible; leave readOnly out, or bake the files into the image`,
        ]
      : [],
};
