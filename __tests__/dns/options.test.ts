import { readOptions } from "../../lib/dns/options";
import { mistakesOf } from "../mistakes";

const DOMAINS = ["one.test", "xn--bcher-kva.test"];
const NOTHING = { form: "zone", diff: false, offline: false, domains: undefined };

test.each([
  [[], NOTHING],
  [["--table"], { ...NOTHING, form: "table" }],
  [["--json", "--diff"], { ...NOTHING, form: "json", diff: true }],
  [["--offline", "--domain", "Bücher.test"], { ...NOTHING, offline: true, domains: ["xn--bcher-kva.test"] }],
  [["--domain=one.test,xn--bcher-kva.test"], { ...NOTHING, domains: DOMAINS }],
])("%j", (words, options) => expect(readOptions(words, DOMAINS)).toEqual(options));

test.each([
  [["--tabel"], 'dns: got "--tabel"; allowed: --table, --json, --diff, --offline, --domain; did you mean --table?; write it behind --, for example npm run dns -- --table'],
  [["one.test"], 'dns: got "one.test"; allowed: --table, --json, --diff, --offline, --domain; write it behind --, for example npm run dns -- --table'],
  [["--domain"], "dns: --domain got nothing; allowed: one.test, xn--bcher-kva.test; write it as --domain one.test"],
  [["--domain", "onee.test"], 'dns: --domain got "onee.test"; allowed: one.test, xn--bcher-kva.test; did you mean one.test?; take one of them'],
  [["--table", "--json"], "dns: got --table and --json; allowed: one of them; take the other out"],
  [["--diff", "--table"], "dns: got --diff and --table; allowed: --diff alone or with --json; take one of them out"],
  [["--diff=yes"], 'dns: got "--diff=yes"; --diff takes no value; write --diff'],
])("refuses %j", (words, mistake) => expect(mistakesOf(() => readOptions(words, DOMAINS))).toEqual([mistake]));
