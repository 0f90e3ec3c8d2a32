import { foldersOf } from "../../lab/faults/arrived";
import { FAULTS } from "../../lab/faults/list";
import { kept, type Rehearsed } from "../../lab/faults/rehearse";
import { faultTable } from "../../lab/faults/run";

const one = (over: Partial<Rehearsed> = {}): Rehearsed => ({ fault: FAULTS[0], healed: true, sent: 40, accepted: 40, refused: [], lost: [], twice: [], outage: 2.25, reasons: [], late: 0, mark: "f0", attempts: [], ...over });

test("folders out of an answer, without those that hold no mail", () => {
  expect(foldersOf('* LIST () "/" "INBOX"\r\n* LIST (\\Junk \\HasNoChildren) "/" "Junk Mail"\r\n* LIST (\\Noselect) "/" Shared\r\n* LIST () NIL Archive\r\n')).toEqual(['"INBOX"', '"Junk Mail"', "Archive"]);
});

test("each fault has a name of its own", () => expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length));

describe("the promise", () => {
  test.each<[what: string, rehearsed: Rehearsed, fine: boolean]>([
    ["is kept when all is there and it healed", one(), true],
    ["is kept with a message that came twice", one({ twice: [3] }), true],
    ["is kept with a message that waited in the queue", one({ late: 1 }), true],
    ["is broken by a lost message", one({ lost: [7] }), false],
    ["is broken by a message that nobody took", one({ refused: [7] }), false],
    ["is broken when somebody had to help", one({ healed: false }), false],
    ["is broken when the rehearsal itself failed", one({ problem: "mail does not flow before anything has happened" }), false],
    ["is not asked where the fault cannot be rehearsed", one({ healed: false, impossible: "no Redis" }), true],
  ])("%s", (_, rehearsed, fine) => expect(kept(rehearsed)).toBe(fine));
});

test("the table has outage, healing and what was lost, or the reason", () => {
  const [, first, second, third] = faultTable([one({ lost: [7, 9], late: 1 }), one({ impossible: "no Redis" }), one({ healed: false, problem: "the mailbox cannot be read" })]);
  expect(first).toMatch(/^sidecar-restarted +2\.3 s +by itself +40 +1 +2: 7 9 +0 +the mailbox's tailscaled is restarted$/);
  expect(second).toMatch(/not rehearsed: no Redis$/);
  expect(third).toMatch(/ NO .* PROBLEM: the mailbox cannot be read$/);
});
