"use strict";
/**
 * Commands of tailwart: the compiled program of each, and the options that it takes.
 * flags stand alone, valued ones take a word; plain says which option a plain word stands for; rest: any words go through.
 */
const at = (program, help, more = {}) => ({ program, help, before: [], flags: [], valued: [], plain: undefined, rest: false, ...more });

module.exports = {
  synth: at("main.js", "writes cdktf.out and prints what will happen"),
  deploy: at("lib/deploy/main.js", "deploys images, tailnet, mailbox and edge; plain words name stacks", {
    before: ["deploy"], flags: ["--yes"], valued: ["--only"], plain: "--only",
  }),
  drift: at("lib/deploy/main.js", "says what is no longer as it was deployed; plain words name stacks", {
    before: ["drift"], valued: ["--only"], plain: "--only",
  }),
  destroy: at("lib/deploy/main.js", "removes all but the mail; plain words name stacks", {
    before: ["destroy"], flags: ["--yes", "--with-data"], valued: ["--only"], plain: "--only",
  }),
  secrets: at("lib/invent.js", "generates the missing passwords and adds them to .env"),
  backends: at("lib/backends/prepare/main.js", "tries every backend's credential; makes what external ones lack"),
  backup: at("lib/backup/main.js", "database and messages, into backups/<time> or the folder that is named", {
    before: ["backup"], flags: ["--with-secrets"], rest: true,
  }),
  restore: at("lib/backup/main.js", "a backup's folder, into a system without mail", {
    before: ["restore"], flags: ["--replace"], rest: true,
  }),
  policy: at("lib/tailnet/apply-command.js", "writes our lines of the tailnet policy", { flags: ["--remove"], rest: true }),
  docs: at("lib/docs.js", "writes .env.example and the tables of the docs from the code"),
  dns: at("lib/dns/main.js", "DNS records as a zone file; --diff compares with what is live", {
    flags: ["--table", "--json", "--diff", "--offline"], valued: ["--domain"],
  }),
  doctor: at("lib/doctor/main.js", "finds faults; plain words name checks", {
    flags: ["--json", "--daily", "--preflight"], valued: ["--only"], plain: "--only",
  }),
  versions: at("lib/versions/main.js", "what is pinned, what runs, what is newest, and until when it is supported", {
    flags: ["--json", "--offline"], valued: ["--keep-caddy"],
  }),
  lab: at("lab/main.js", "the whole system on one Docker host: up, test, faults, drill, down, status", {
    flags: ["--redis"], valued: ["--server", "--only", "--runs", "--json", "--random", "--seed", "--from", "--minutes"], rest: true,
  }),
  "lab:images": at("lab/images/main.js", "stand-ins of the official images"),
  bench: at("bench/run.js", "benchmarks, as ratios", { rest: true }),
};
