import type { Listener } from "../../../lib/wire";
import { startCaddy } from "../caddy";
import { dial, type Answer } from "../clients";
import { describeWith, NEEDS } from "../programs";
import { startHaproxy } from "../receivers/haproxy";
import { ADDRESSES } from "../world";
import { mutate, type Mutation } from "./mutate";
import { ALL_LINES, EDGE_NEEDS, makeStage, type Stage } from "./stage";
import { session } from "./talk";

/** Mutations of a mail line at the edge. One Caddy runs them all, each on its own line; pop3s stays as it is. */
const MUTATIONS: Record<string, Mutation> = {
  smtp: ({ routes }) => void (routes[0].match = [{ tls: {} }]),
  submission: ({ routes }) => void delete routes[0].handle[0].proxy_protocol,
  imap: ({ routes }) => void (routes[0].handle[0].upstreams[0].dial = [routes[0].handle[0].upstreams[0].dial[0].replace(/\d+$/, "144")]),
  submissions: ({ routes }) => void (routes[0].handle[0].upstreams[0].dial = [`${ADDRESSES.mailbox}:465`]),
};
/** Lines on which the mailbox expects no header although the edge sends one. */
const NO_PROXY_AT_THE_MAILBOX = ["imaps", "sieve"];

describeWith([...EDGE_NEEDS, NEEDS.haproxy], "what the rules keep away: mail lines, each with one mistake, through the real Caddy", () => {
  let stage: Stage;
  let answers: Record<string, Answer>;

  beforeAll(async () => {
    stage = await makeStage({ ...ALL_LINES, EDGE_WEB: "mail-only" });
    const { world, wire, mail, certificate, config, resolver } = stage;
    const listeners = mail.map((one) => (NO_PROXY_AT_THE_MAILBOX.includes(one.line) ? { ...one, proxy: "none" as const } : one));
    await startHaproxy(world.mailbox, { folder: world.folder, listeners, certificate });
    const servers = Object.entries(config.apps.layer4.servers).map(([line, server]) => [line, mutate(server, MUTATIONS[line])] as const);
    await startCaddy(world, { ...config, apps: { layer4: { servers: Object.fromEntries(servers) } } });
    // The mailbox registers again: who dials its address, not its name, stays behind.
    await world.mailbox.removeAddress("tailnet", ADDRESSES.mailbox, 10);
    await world.mailbox.addAddress("tailnet", ADDRESSES.mailboxAgain, 10);
    await resolver.answer({ [wire.mailbox.host]: [ADDRESSES.mailboxAgain] });
    const patient = { forMs: 9000, steps: [], until: "\r\n" };
    const all = await dial(world.client, mail.map((one) => session(ADDRESSES.edge4, one, patient)));
    answers = Object.fromEntries(mail.map(({ line }, index) => [line, all[index]]));
  });
  afterAll(() => stage?.world.close());

  test("no mistake: the client is greeted, and the mailbox sees it", () => {
    expect(answers.pop3s.text).toContain(`haproxy sees ${ADDRESSES.client4} ${answers.pop3s.port}`);
  });

  test("fails with a matcher on a mail port: a client that waits for the greeting is thrown out after three seconds", () => {
    expect(answers.smtp.text).toBe("");
    expect(answers.smtp.closedMs).toBeGreaterThan(2500);
    expect(answers.smtp.closedMs).toBeLessThan(4500);
  });

  test("fails with PROXY only at the mailbox: nobody is greeted", () => {
    expect(answers.submission.text).toBe("");
  });

  test("fails with PROXY only at the edge: TLS never comes about, and in plain text the edge is taken for the client", () => {
    expect(answers.imaps).toMatchObject({ text: "" });
    expect(answers.imaps.certificate).toBeUndefined();
    expect(answers.sieve.text).toContain(`haproxy sees ${ADDRESSES.edgeTailnet} `);
  });

  test("fails with a wrong port: the connection is taken, and closed without a word", () => {
    expect(answers.imap).toMatchObject({ text: "", closedMs: expect.any(Number) as number });
  });

  test("fails with an address in place of the name: the mailbox has another one by now", () => {
    expect(answers.submissions).toMatchObject({ text: "" });
  });

  test("every line but the one without a mistake is broken", () => {
    const sound = ({ line }: Listener): boolean => answers[line].text.includes(`haproxy sees ${ADDRESSES.client4} `);
    const well = stage.mail.filter(sound);
    expect(well.map(({ line }) => line)).toEqual(["pop3s"]);
  });
});
