import type { DockerRule } from "./rule";

const ALLOWED = /^no-new-privileges(?:[:=]true)?$/;

export const noNewPrivileges: DockerRule = {
  name: "no-new-privileges",
  why: "without it a set-uid program in an image gives a broken-into server root again",
  container: ({ attributes: { security_opts = [] } }) =>
    security_opts.some((option) => ALLOWED.test(option))
      ? []
      : [`securityOpts has ${security_opts.join(", ") || "nothing"}; no-new-privileges:true has to be in it; add it`],
};
