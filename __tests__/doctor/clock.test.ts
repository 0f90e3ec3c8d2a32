import { apart } from "../../lib/doctor/checks/clock";

const clocks = [
  { whose: "here", ahead: 0 },
  { whose: "mailbox", ahead: 29 },
  { whose: "edge", ahead: -45.4 },
];
test("whoever is more than 30 s away", () => expect(apart(clocks, 0)).toEqual([{ whose: "edge", seconds: -45 }]));
test("away from the control server, where it has told: then it is this machine that is wrong", () => expect(apart([{ whose: "here", ahead: 0 }, { whose: "mailbox", ahead: 60 }], 60)).toEqual([{ whose: "here", seconds: -60 }]));
