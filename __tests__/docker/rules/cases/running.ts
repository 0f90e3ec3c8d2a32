import { Volume } from "@cdktf/provider-docker/lib/volume";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { markScratch } from "../../../../lib/docker/rules";
import { destroyGrace } from "../../../../lib/docker/rules/destroy-grace";
import { dropAll } from "../../../../lib/docker/rules/drop-all";
import { engineSocket } from "../../../../lib/docker/rules/engine-socket";
import { healthcheckAndProbe } from "../../../../lib/docker/rules/healthcheck-and-probe";
import { imagePinned } from "../../../../lib/docker/rules/image-pinned";
import { noNewPrivileges } from "../../../../lib/docker/rules/no-new-privileges";
import { oneShotExitCode } from "../../../../lib/docker/rules/one-shot-exit-code";
import { protectedVolume } from "../../../../lib/docker/rules/protected-volume";
import { restartPolicy } from "../../../../lib/docker/rules/restart-policy";
import { markStarter } from "../../../../lib/docker/rules/starter-scope";
import type { ContainerConfig } from "@cdktf/provider-docker/lib/container";
import { Construct } from "constructs";
import { World, type RuleCases } from "../world";

const PROVISIONERS = [{ type: "local-exec", command: "sh probe.sh" } as const];
const ONE_SHOT = { mustRun: false, restart: "no", wait: false, healthcheck: undefined, lifecycle: undefined } as const;
const checked = (attach: boolean) => ({
  attach,
  lifecycle: { postcondition: [{ condition: "${self.exit_code == 0}", errorMessage: "failed" }] },
});

const with_ = (overrides: Partial<ContainerConfig>) => (world: World) => world.container(overrides);

export const RUNNING: readonly RuleCases[] = [
  {
    rule: healthcheckAndProbe,
    complies: {
      "a health check and wait": with_({}),
      "a health check and a probe": (world) => {
        const app = world.container({ wait: false });
        new Resource(world.stack, "probe", { triggers: { container: app.id }, provisioners: PROVISIONERS });
      },
      "one that is meant to end": with_(ONE_SHOT),
    },
    refuses: {
      "no health check": [with_({ healthcheck: undefined, lifecycle: undefined }), /^healthcheck is not set; .*mustRun: false/],
      "a health check that is switched off": [with_({ healthcheck: { test: ["NONE"] } }), /^healthcheck is not set/],
      "no probe": [with_({ wait: false }), /^nothing waits until it is healthy; .*wait: true/],
      "a probe of another container": [
        (world) => {
          const other = world.container({}, "app-two");
          world.container({ wait: false });
          new Resource(world.stack, "probe", { triggers: { container: other.id }, provisioners: PROVISIONERS });
        },
        /^nothing waits/,
      ],
      "a trigger that runs nothing": [
        (world) => new Resource(world.stack, "probe", { triggers: { container: world.container({ wait: false }).id } }),
        /^nothing waits/,
      ],
    },
  },
  {
    rule: oneShotExitCode,
    complies: { "a postcondition": with_({ ...ONE_SHOT, ...checked(true) }), "not attached": with_(ONE_SHOT) },
    refuses: {
      "nobody looks": [with_({ ...ONE_SHOT, attach: true }), /^attach is true and nothing looks at the exit code; .*self\.exit_code == 0/],
    },
  },
  {
    rule: restartPolicy,
    complies: { "unless-stopped": with_({}), "one that is meant to end": with_(ONE_SHOT) },
    refuses: {
      nothing: [with_({ restart: undefined }), /^restart is not set; .*unless-stopped/],
      always: [with_({ restart: "always" }), /^restart is always/],
    },
  },
  {
    rule: destroyGrace,
    complies: { seconds: with_({ destroyGraceSeconds: 1 }) },
    refuses: {
      nothing: [with_({ destroyGraceSeconds: undefined }), /^destroyGraceSeconds is not set; .*stopTimeout/],
      none: [with_({ destroyGraceSeconds: 0 }), /^destroyGraceSeconds is 0/],
    },
  },
  {
    rule: imagePinned,
    complies: {
      "a registry with a port, a version": with_({ image: "registry.test:5000/a/b:1.2" }),
      "a digest": with_({ image: `alpine@sha256:${"0".repeat(64)}` }),
      "an image id": with_({ image: `sha256:${"0".repeat(64)}` }),
      "an image of the stack": (world) => world.container({ image: world.image({ name: "tailwart-edge:0123456789abcdef" }).imageId }),
    },
    refuses: {
      "no tag": [with_({ image: "alpine" }), /^image is alpine; no tag means latest, .*write a version/],
      "no tag at a registry with a port": [with_({ image: "registry.test:5000/alpine" }), /^image is registry\.test:5000\/alpine; no tag/],
      "latest": [with_({ image: "alpine:latest" }), /^image is alpine:latest; latest is another image/],
      "an image resource": [(world) => world.image({ name: "alpine:latest" }), /^name is alpine:latest/],
    },
  },
  {
    rule: protectedVolume,
    complies: {
      "a protected one": (world) => new Volume(world.stack, "v", { name: "data", lifecycle: { preventDestroy: true } }),
      "a scratch one": (world) => markScratch(new Volume(world.stack, "v", { name: "netns" })),
    },
    refuses: {
      "a plain one": [
        (world) => new Volume(world.stack, "v", { name: "data" }),
        /^volume data may be destroyed; .*preventDestroy: true.*markScratch/,
      ],
      "one without a name": [
        (world) => new Volume(world.stack, "v", { lifecycle: { preventDestroy: false } }),
        /^volume without a name may be destroyed/,
      ],
    },
  },
  {
    rule: dropAll,
    complies: { "ALL dropped": with_({ capabilities: { drop: ["ALL"] } }) },
    refuses: {
      nothing: [with_({ capabilities: undefined }), /^capabilities\.drop has nothing; .*write drop: \["ALL"\]/],
      one: [with_({ capabilities: { drop: ["CAP_MKNOD"] } }), /^capabilities\.drop has CAP_MKNOD/],
    },
  },
  {
    rule: engineSocket,
    complies: {
      "the starter": (world) => {
        const scope = new Construct(world.stack, "starter");
        markStarter(scope);
        world.container({ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/run/docker.sock" }] }, "app", scope);
      },
      "other mounts": with_({ mounts: [{ type: "volume", source: "docker.sock", target: "/x" }, { type: "bind", source: "/srv/mail", target: "/y" }], volumes: [{ hostPath: "/run/mail", containerPath: "/z" }] }),
    },
    refuses: {
      "a mount": [with_({ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/x" }] }), /^mounts \/var\/run\/docker\.sock, which is the engine's socket; .*take the mount out$/],
      "a mount that may only be read": [with_({ mounts: [{ type: "bind", source: "/run/docker.sock", target: "/x", readOnly: true }] }), /^mounts \/run\/docker\.sock/],
      "a volume": [with_({ volumes: [{ hostPath: "/run/containerd/containerd.sock", containerPath: "/x" }] }), /^mounts \/run\/containerd\/containerd\.sock/],
      "its folder, and all folders": [with_({ mounts: [{ type: "bind", source: "/var/run/", target: "/x" }, { type: "bind", source: "/", target: "/y" }] }), /^mounts \/var\/run\/, which holds/, /^mounts \/, which holds/],
      "a socket of an unusual name": [
        (world) => new World(world.app, "two", "unix:///tmp/engine/socket").container({ mounts: [{ type: "bind", source: "/tmp/engine/socket", target: "/x" }] }, "app"),
        /^mounts \/tmp\/engine\/socket, which is the engine's socket/,
      ],
    },
  },
  {
    rule: noNewPrivileges,
    complies: { "the short form": with_({ securityOpts: ["seccomp=unconfined", "no-new-privileges"] }) },
    refuses: {
      "nothing": [with_({ securityOpts: undefined }), /^securityOpts has nothing; no-new-privileges:true/],
      "switched off": [with_({ securityOpts: ["no-new-privileges:false"] }), /^securityOpts has no-new-privileges:false/],
    },
  },
];
