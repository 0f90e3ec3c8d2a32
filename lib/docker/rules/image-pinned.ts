import type { DockerRule } from "./rule";

/** `name:tag`, `name@sha256:…` or an image id; a colon before the last slash belongs to a registry's port. */
function tagOf(image: string): string | undefined {
  const last = image.slice(image.lastIndexOf("/") + 1);
  return /[:@](.+)$/.exec(last)?.[1];
}

function check(field: string, image: string | undefined): string[] {
  if (image === undefined || image.endsWith("}")) return [];
  const tag = tagOf(image);
  if (tag !== undefined && tag !== "latest") return [];
  return [
    `${field} is ${image}; ${tag === undefined ? "no tag means latest, which" : "latest"} is another image next month; write a version, a digest (name@sha256:…) or a tag made of the content's hash`,
  ];
}

export const imagePinned: DockerRule = {
  name: "image-pinned",
  why: "Stalwart keeps its settings in its database and changes them between versions, so a newer image is another server",
  container: ({ attributes: { image } }) => check("image", image),
  image: ({ attributes: { name } }) => check("name", name),
};
