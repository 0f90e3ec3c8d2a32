import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";

/** RFC 6698 section 7.1 */
const TLSA = 52;
const IN = 1;
const HEADER = 12;

function question(id: number, name: string): Buffer {
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  const tail = Buffer.from([0, 0, TLSA, 0, IN]);
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(0x0100, 2); // recursion desired
  head.writeUInt16BE(1, 4);
  return Buffer.concat([head, ...labels, tail]);
}

/** Where the name that starts at `at` ends; a pointer (RFC 1035 section 4.1.4) is its last part. */
function afterName(message: Buffer, at: number): number {
  let next = at;
  while (message.readUInt8(next) !== 0) {
    if (message[next] >= 0xc0) return next + 2;
    next += message[next] + 1;
    if (next >= message.length) throw new RangeError("a name does not end");
  }
  return next + 1;
}

/** The TLSA records of an answer, as text; the code in an error is as node:dns has it. */
export function readTlsa(message: Buffer): string[] {
  const code = message.readUInt16BE(2) & 0xf;
  if (message.readUInt16BE(2) & 0x0200) throw Object.assign(new Error("truncated"), { code: "EBADRESP" });
  if (code === 3) return [];
  if (code !== 0) throw Object.assign(new Error(`code ${code}`), { code: code === 2 ? "ESERVFAIL" : code === 5 ? "EREFUSED" : "EBADRESP" });
  const found: string[] = [];
  let at = HEADER;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = afterName(message, at) + 4;
  for (let left = message.readUInt16BE(6); left > 0; left -= 1) {
    at = afterName(message, at);
    const [type, length] = [message.readUInt16BE(at), message.readUInt16BE(at + 8)];
    const data = message.subarray(at + 10, at + 10 + length);
    if (type === TLSA && data.length > 3) found.push(`${data[0]} ${data[1]} ${data[2]} ${data.subarray(3).toString("hex")}`);
    at += 10 + length;
  }
  return found;
}

/** Asks one server by UDP, once. What node:dns cannot ask before Node 22.15. */
export function queryTlsa(server: { readonly address: string; readonly port: number }, name: string, seconds: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const id = randomInt(0x10000);
    const socket = createSocket(isIPv6(server.address) ? "udp6" : "udp4");
    const end = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => end(() => reject(Object.assign(new Error("timeout"), { code: "ETIMEOUT" }))), seconds * 1000);
    socket.once("error", (error) => end(() => reject(error)));
    socket.on("message", (message) => {
      if (message.length < HEADER || message.readUInt16BE(0) !== id) return;
      try {
        const found = readTlsa(message);
        end(() => resolve(found));
      } catch (error) {
        end(() => reject(error instanceof RangeError ? Object.assign(error, { code: "EBADRESP" }) : error));
      }
    });
    // Connected, so that only the server's own answers come in and a closed port is an error at once.
    socket.connect(server.port, server.address, () => socket.send(question(id, name)));
  });
}
