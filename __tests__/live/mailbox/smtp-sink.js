/**
 * A smarthost: takes every message, and prints each command that it hears. Arguments: port, and for STARTTLS the files with key
 * and certificate.
 */
const { readFileSync } = require("node:fs");
const net = require("node:net");
const tls = require("node:tls");
const [port, key, cert] = process.argv.slice(2);

function talk(socket, secure) {
  let data = false;
  const say = (text) => socket.write(`${text}\r\n`);
  const answer = (line) => {
    if (data) {
      if (line === ".") { data = false; say("250 2.0.0 taken"); }
      return;
    }
    console.log(`${secure ? "tls" : "plain"} ${line}`);
    const verb = line.split(" ")[0].toUpperCase();
    if (verb === "EHLO") return say(["250-sink", ...(key && !secure ? ["250-STARTTLS"] : []), "250 AUTH PLAIN"].join("\r\n"));
    if (verb === "STARTTLS" && key) {
      say("220 go");
      socket.removeAllListeners("data");
      return talk(new tls.TLSSocket(socket, { isServer: true, key: readFileSync(key), cert: readFileSync(cert) }), true);
    }
    if (verb === "DATA") { data = true; return say("354 go"); }
    if (verb === "QUIT") return socket.end("221 bye\r\n");
    say(verb === "AUTH" ? "235 2.7.0 welcome" : "250 ok");
  };
  let rest = "";
  socket.on("data", (chunk) => {
    const lines = (rest + chunk.toString("latin1")).split("\r\n");
    rest = lines.pop();
    lines.forEach(answer);
  });
  socket.on("error", (error) => console.log(`broken ${error.code}`));
}

net.createServer((socket) => { socket.write("220 sink\r\n"); talk(socket, false); }).listen(Number(port), "0.0.0.0");
