import type { DockerRule } from "./rule";

export const uploadSourceHash: DockerRule = {
  name: "upload-source-hash",
  why: "Terraform looks at the path only: a rotated secret gave an empty plan, and the container kept the old one",
  container: ({ attributes: { upload } }) =>
    upload
      .filter(({ source, source_hash }) => source && !source_hash)
      .map(
        ({ file }) =>
          `upload ${file} has a source and no sourceHash; a changed file would never arrive; add sourceHash, a keyed hash (HMAC) of the content when it is a secret`,
      ),
};
