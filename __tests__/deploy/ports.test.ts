import { heldInodes, listeningSockets, takenPorts } from "../../lib/deploy/ports";

// As a kernel wrote it: sshd on 22 for all, a mail server on 127.0.0.1:25, a connection, and the same in IPv6.
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0000000000000000 100 0 0 10 0
   1: 0100007F:0019 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1002 1 0000000000000000 100 0 0 10 0
   2: 0100007F:0019 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 1003 1 0000000000000000 20 4 30 10 -1
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1004 1 0
   1: 00000000000000000000000001000000:03E1 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1005 1 0
   2: B80D0120000000000000000010000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1006 1 0
`;

test("reads who listens, and nothing else", () => {
  expect(listeningSockets(TCP + TCP6)).toEqual([
    { port: 22, address: "0.0.0.0", inode: "1001" },
    { port: 25, address: "127.0.0.1", inode: "1002" },
    { port: 443, address: "::", inode: "1004" },
    { port: 993, address: "::1", inode: "1005" },
    { port: 22, address: "2001:db8::10", inode: "1006" },
  ]);
});

test("a port is taken by others, not by ourselves", () => {
  const ours = heldInodes("lrwx------ 1 root root 64 Jan  1 00:00 7 -> socket:[1004]\nlrwx------ 1 root root 64 Jan  1 00:00 8 -> /dev/null");
  expect(takenPorts(listeningSockets(TCP + TCP6), [25, 443, 993, 465], ours).map(({ port }) => port)).toEqual([25, 993]);
});
