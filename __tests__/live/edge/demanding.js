// A mail server that wants a PROXY v2 header. demanding.js PORT MODE_FILE: the file says "good", or "bad" for one that answers
// EHLO with 500 as if the header had been SMTP. Every header's command is written to standard output.
const { createServer } = require("node:net");
const { readFileSync } = require("node:fs");

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");
createServer((socket) => {
  let held = Buffer.alloc(0);
  let greeted = false;
  socket.on("error", () => socket.destroy());
  socket.on("data", (data) => {
    held = Buffer.concat([held, data]);
    if (!greeted) {
      if (held.length < 16) return;
      const length = 16 + held.readUInt16BE(14);
      if (!held.subarray(0, 12).equals(SIGNATURE)) return void socket.end("500 5.5.1 Invalid command\r\n");
      if (held.length < length) return;
      console.log(held[12] === 0x20 ? "LOCAL" : "PROXY");
      held = held.subarray(length);
      greeted = true;
      socket.write("220 mail.one.test ESMTP\r\n");
    }
    for (let end; (end = held.indexOf("\r\n")) >= 0; held = held.subarray(end + 2)) {
      const word = held.subarray(0, end).toString().slice(0, 4).toUpperCase();
      if (readFileSync(process.argv[3], "utf8").trim() === "bad" && word === "EHLO") socket.write("500 5.5.1 Invalid command\r\n");
      else if (word === "QUIT") return void socket.end("221 bye\r\n");
      else socket.write(word === "EHLO" ? "250-mail.one.test\r\n250 PIPELINING\r\n" : "250 ok\r\n");
    }
  });
}).listen(Number(process.argv[2]), "0.0.0.0");
