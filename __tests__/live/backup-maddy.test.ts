import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database } from "../../lib/backup/database";
import { maddyIndex } from "../../lib/backup/servers";
import { VolumeFiles, volumeOf } from "../../lib/backup/volume";
import { Engine } from "../../lib/site/engine";
import { deployment } from "../deployment";
import { startCaddy } from "./caddy";
import { curl } from "./clients";
import { HOST } from "./edge/stage";
import { ADMIN, BUSYBOX, CLOSED, MAILBOX_NEEDS, makeMailbox, type MailboxStage } from "./mailbox/stage";
import { session } from "./mailbox/talk";
import { must, until } from "./processes";
import { describeWith, NEEDS, type Need } from "./programs";
import { ADDRESSES } from "./world";

const PG_DUMP: Need = { name: "pg_dump", hint: "apt-get install postgresql-client" };
const OVERRIDES = { ...CLOSED, MAIL_SERVER: "maddy" };
const SECOND = { address: "second@one.test", password: "Second-0123" };
const CONFIG = "/dev/shm/tailwart/maddy.conf";

/** Of the docker command, what backup and restore ask: programs beside PostgreSQL, and volume.sh beside maddy or on its stopped volume. */
const DOCKER = `#!/bin/sh
cd "\${0%/*}" && shift 2
case $1 in
  inspect) echo image ;;
  exec) while [ "$1" != tailwart-postgres ]; do shift; done; shift; exec "$@" ;;
  run)
    while [ "$1" != -c ]; do shift; done
    if [ -s pid ]; then exec nsenter -t "$(cat pid)" -m -r --wd=/ env PATH=/opt/busybox sh "$@"; fi
    DATA=$PWD/container/files/data PATH=$PWD/container/files/opt/busybox exec sh "$@" ;;
  *) exit 2 ;;
esac
`;

describeWith([...MAILBOX_NEEDS, BUSYBOX, PG_DUMP, NEEDS.maddy], "backup and restore of maddy, without an engine", () => {
  let stage: MailboxStage;
  let database: Database;
  let files: VolumeFiles;
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const data = (name: string): string => at(join("container", "files", "data", name));

  const running = (pid: number | undefined): void => writeFileSync(at("pid"), String(pid ?? ""));
  const up = async (): Promise<void> => {
    await stage.container.up(stage.ports);
    running(stage.container.running.pid);
  };
  const down = async (): Promise<void> => {
    await stage.container.down();
    running(undefined);
  };
  const through = () => ({ edge: ADDRESSES.edge4, trust: stage.certificate.cert, host: HOST });
  const deliver = () => session(stage.world, stage.wire, "submissions", { ...through(), user: ADMIN });
  const imap = async (user: typeof ADMIN, path: string, ...args: string[]): Promise<string> => {
    const port = stage.wire.listeners.find(({ line }) => line === "imaps")?.port;
    return (await curl(stage.world, { url: `imaps://${HOST}:${port}/${path}`, ...through(), args: ["-u", `${user.address}:${user.password}`, ...args] })).text;
  };
  const messages = async (): Promise<number> => (await imap(ADMIN, "INBOX?ALL")).match(/ \d+/g)?.length ?? 0;
  /** As `npm run restore` has it, between stop and start. */
  const restore = async (archive: string, dump: string): Promise<void> => {
    await files.bring(at(archive), at(dump), () => undefined);
    await database.restore(at(dump));
    await files.settle(false, () => undefined);
    await files.tidy();
  };
  const key = (): Promise<string> => must("sha256sum", [data("dkim_keys/one.test_default.key")]);
  const maddy = async (command: string, input = ""): Promise<void> => {
    const environment = ["/usr/bin/env", `PGPASSWORD=${stage.secrets[0]}`];
    const { stderr } = await stage.container.exec([...environment, "/usr/bin/maddy", "-config", CONFIG, ...command.split(" ")], input);
    if (stderr.includes("app.Run failed")) throw new Error(stderr);
  };

  beforeAll(async () => {
    stage = await makeMailbox(OVERRIDES);
    folder = stage.folder;
    writeFileSync(at("docker"), DOCKER);
    chmodSync(at("docker"), 0o755);
    const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const engine = new Engine("unix:///nowhere", environment);
    // The embedded role is a superuser, and its password is no part of this.
    await stage.postgres.query("postgres", "alter role stalwart superuser");
    const site = { ...deployment(OVERRIDES) };
    const { port } = site.backends.postgres;
    database = new Database(engine, { ...site, backends: { ...site.backends, postgres: { host: at("postgres"), port, user: "stalwart", database: "stalwart" } } }, environment);
    files = new VolumeFiles(volumeOf(engine, "tailwart-stalwart-maddy"), maddyIndex(database));
    await up();
    await startCaddy(stage.world, stage.config);
  });
  afterAll(() => stage?.world.close());

  test("a new system has no mail", async () => {
    expect(await database.rows(["msgs"])).toBe(0);
    expect(await files.there()).toEqual({ objects: 0, queued: 0 });
  });

  test("what is deleted between dump and files is in the backup, and comes back with accounts and keys", async () => {
    await maddy(`creds create ${SECOND.address}`, `${SECOND.password}\n`);
    await maddy(`imap-acct create ${SECOND.address}`);
    for (let count = 0; count < 3; count += 1) await deliver();
    await until("three messages", async () => (await messages()) === 3);
    const old = await key();

    await files.hold();
    await database.dump(at("db.dump"));
    await imap(ADMIN, "INBOX", "-X", "STORE 1 +FLAGS (\\Deleted)");
    await imap(ADMIN, "INBOX", "-X", "EXPUNGE");
    await until("the message to be gone", async () => (await files.there()).objects === 2);
    await files.copy(at("files.tar"));
    await files.tidy();
    await database.check(at("db.dump"));
    expect(await database.columnOf(at("db.dump"), "msgs", "extbodykey")).toHaveLength(3);
    expect(await files.missing(at("files.tar"), at("db.dump"))).toEqual([]);

    // Another system: a key of its own, no second account, mail that the backup does not know.
    await maddy(`creds remove -y ${SECOND.address}`);
    await down();
    await must("rm", ["-r", data("dkim_keys")]);
    await up();
    await deliver();
    expect(await key()).not.toBe(old);

    await down();
    await restore("files.tar", "db.dump");
    expect(statSync(data("messages")).mode & 0o777).toBe(0o700);
    await up();
    expect(await key()).toBe(old);
    expect(await messages()).toBe(3);
    for (const index of [1, 2, 3]) expect(await imap(ADMIN, `INBOX;MAILINDEX=${index}`)).toMatch(/Subject: submissions[^]*hello/);
    await session(stage.world, stage.wire, "imaps", { ...through(), user: SECOND });
    expect(await must("ls", ["-A", data("")])).not.toMatch(/\.(held|restored|before)/);
    expect(await files.there()).toEqual({ objects: 3, queued: 0 });
  });

  test("what came and was deleted during the dump is left out, and nothing else", async () => {
    await files.hold();
    await deliver();
    await until("the fourth message", async () => (await messages()) === 4);
    await database.dump(at("late.dump"));
    await imap(ADMIN, "INBOX", "-X", "STORE 4 +FLAGS (\\Deleted)");
    await imap(ADMIN, "INBOX", "-X", "EXPUNGE");
    await files.copy(at("late.tar"));
    await files.tidy();
    expect(await files.missing(at("late.tar"), at("late.dump"))).toHaveLength(1);
    await down();
    await restore("late.tar", "late.dump");
    await up();
    expect(await imap(ADMIN, "", "-X", "STATUS INBOX (MESSAGES)")).toContain("MESSAGES 3");
    for (const index of [1, 2, 3]) expect(await imap(ADMIN, `INBOX;MAILINDEX=${index}`)).toMatch(/Subject: submissions[^]*hello/);
  });
});
