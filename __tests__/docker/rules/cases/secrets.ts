import { Image } from "@cdktf/provider-docker/lib/image";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import { TerraformVariable } from "cdktf";
import { literal } from "../../../../lib/docker/literal";
import { noKnownSecret } from "../../../../lib/docker/rules/no-known-secret";
import { noLogsInState } from "../../../../lib/docker/rules/no-logs-in-state";
import { noSecretInEnv } from "../../../../lib/docker/rules/no-secret-in-env";
import { noSecretInJson } from "../../../../lib/docker/rules/no-secret-in-json";
import { uploadSourceHash } from "../../../../lib/docker/rules/upload-source-hash";
import type { RuleCases, World } from "../world";

const env =
  (...entries: string[]) =>
  (world: World) =>
    world.container({ env: entries });
const content = (text: string) => (world: World) => world.container({ upload: [{ file: "/x", content: text }] });

// Put together here, so that nobody's scanner takes this file for a leak.
const PEM = `-----BEGIN ${"EC PRIVATE"} KEY-----\nMHc\n-----END EC PRIVATE KEY-----\n`;
const TAILSCALE = `tskey-${"client"}-kAbCdEf1CNTRL-0123456789`;
const HEADSCALE = `hskey-${"auth"}-AbCdEf123456-0123456789`;
const GARAGE = `GK${"0123456789abcdef01234567"}`;
const AWS = `AKIA${"0123456789ABCDEF"}`;
const CANARY = 'c4n"ary/$' + "{x} value";

export const SECRETS: readonly RuleCases[] = [
  {
    rule: noSecretInEnv,
    complies: {
      "references and files": env(
        "TS_AUTHKEY=file:/run/secrets/k",
        "A_TOKEN=/run/secrets/a",
        "POSTGRES_PASSWORD_FILE=/run/secrets/db",
        "B_SECRET=",
        "C_SECRET",
      ),
      "harmless names": env("PGDATA=/var/lib", "PASSWORD_MIN_LENGTH=12", "TOKEN_TTL=1h", "TS_AUTH_ONCE=true", "PRIVATE_NETWORK=yes"),
    },
    refuses: {
      "a password": [env("POSTGRES_PASSWORD=hunter2"), /^env POSTGRES_PASSWORD holds a value; .*upload\.source/],
      "each kind of name": [
        env("PGPASSWORD=a", "S3_SECRET_KEY=a", "ts_authkey=a", "API_KEY=a", "DKIM_PRIVATE_KEY=a", "GITHUB_TOKEN=a"),
        ...["PGPASSWORD", "S3_SECRET_KEY", "ts_authkey", "API_KEY", "DKIM_PRIVATE_KEY", "GITHUB_TOKEN"].map(
          (name) => new RegExp(`^env ${name} holds`),
        ),
      ],
      "a value where a path belongs": [env("DB_PASSWORD_FILE=hunter2"), /^env DB_PASSWORD_FILE holds a value/],
      "a sensitive variable": [
        (world) =>
          world.container({ env: [`DB_PASSWORD=${new TerraformVariable(world.stack, "db", { type: "string", sensitive: true }).stringValue}`] }),
        /^env DB_PASSWORD holds a value/,
      ],
    },
  },
  {
    rule: noSecretInJson,
    complies: {
      "a script that tells kinds of keys apart": content("case $key in tskey-client-*) ;; esac\ncurl http://$user:$pass@host/"),
      "a public key and a certificate": content("-----BEGIN PUBLIC KEY-----\nMFkw\n-----BEGIN CERTIFICATE-----\n"),
      "a URL with a port": env("URL=http://garage.tail0000.ts.net:3900/a@b"),
    },
    refuses: {
      "a private key": [content(PEM), /^upload\[0\]\.content contains a private key \(PEM\); .*upload\.source/],
      "a private key in base64": [
        (world) => world.container({ upload: [{ file: "/x", contentBase64: Buffer.from(PEM).toString("base64") }] }),
        /^upload\[0\]\.content_base64 contains a private key/,
      ],
      "a Tailscale key": [content(`key=${TAILSCALE}`), /contains a Tailscale key/],
      "a Headscale key": [env(`KEY=${HEADSCALE}`), /^env\[0\] contains a Headscale key/],
      "a Garage key on the command line": [
        (world) => world.container({ command: ["garage", "--key", GARAGE] }),
        /^command\[2\] contains a Garage key/,
      ],
      "an AWS key": [content(AWS), /contains an AWS key/],
      "a URL with a password": [env("DB=postgres://stalwart:hunter2@postgres:5432/mail"), /^env\[0\] contains a URL with a password/],
      "a key among an image's build arguments": [
        (world) =>
          new Image(world.stack, "image", { name: "a:1", keepLocally: true, buildAttribute: { context: ".", buildArgs: { K: TAILSCALE } } }),
        /^build\[0\]\.build_args\.K contains a Tailscale key/,
      ],
      "a key in a volume's options": [
        (world) => new Volume(world.stack, "v", { name: "v", driverOpts: { o: AWS }, lifecycle: { preventDestroy: true } }),
        /^driver_opts\.o contains an AWS key/,
      ],
    },
  },
  {
    rule: noKnownSecret,
    props: { secretValues: { STALWART_DB_PASSWORD: CANARY, SHORT: "mail" } },
    complies: {
      "another text": content("canary value mail"),
      "a path and hash": (world) => world.container({ upload: [{ file: "/x", source: "../x", sourceHash: "h" }] }),
    },
    refuses: {
      "the value in a Terraform string": [
        content(literal(`password=${CANARY}`)),
        /^upload\[0\]\.content contains the value of STALWART_DB_PASSWORD; .*upload\.source/,
      ],
      "the value in JSON": [content(literal(JSON.stringify({ p: CANARY }))), /contains the value of STALWART_DB_PASSWORD/],
      "the value in a URL": [env(`X=pg:${encodeURIComponent(CANARY)}@h`), /^env\[0\] contains the value of STALWART_DB_PASSWORD/],
      "the value as a label": [
        (world) => world.container({ labels: [{ label: "x", value: literal(CANARY) }] }),
        /^labels\[0\]\.value contains the value/,
      ],
      "the value as a network's name": [
        (world) => world.network.addOverride("labels", [{ label: literal(CANARY) }]),
        /^labels\[0\]\.label contains the value/,
      ],
    },
  },
  {
    rule: noLogsInState,
    complies: { "logs off": (world) => world.container({ logs: false }) },
    refuses: { "logs on": [(world) => world.container({ logs: true }), /^logs is true; .*docker logs/] },
  },
  {
    rule: uploadSourceHash,
    complies: {
      "a source with its hash": (world) => world.container({ upload: [{ file: "/x", source: "../x", sourceHash: "h" }] }),
      "a content": content("x"),
    },
    refuses: {
      "a source alone": [
        (world) => world.container({ upload: [{ file: "/x", source: "../x" }] }),
        /^upload \/x has a source and no sourceHash; .*HMAC/,
      ],
    },
  },
];
