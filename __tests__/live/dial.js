/**
 * A plain TCP and TLS client that a test runs inside a namespace: jobs as JSON on stdin, answers as JSON on stdout.
 * The shapes are Job and Answer in clients.ts. JavaScript, since Node runs it alone.
 */
const net = require("node:net");
const tls = require("node:tls");
const { Duplex } = require("node:stream");

/** Hands the first thing that is written (a ClientHello) to the socket in pieces that leave one by one. */
function splitting(socket, offsets, answer) {
  let first = true;
  const stream = new Duplex({
    read: () => socket.resume(),
    write(chunk, _encoding, done) {
      if (!first) return void socket.write(chunk, done);
      first = false;
      answer.helloBytes = chunk.length;
      const cuts = [0, ...offsets.filter((offset) => offset < chunk.length), chunk.length];
      const next = (index) => {
        if (index + 1 >= cuts.length) return done();
        socket.write(chunk.subarray(cuts[index], cuts[index + 1]), () => setTimeout(next, 60, index + 1));
      };
      next(0);
    },
    final: (done) => socket.end(done),
    destroy: (error, done) => (socket.destroy(), done(error)),
  });
  socket.on("data", (data) => stream.push(data) || socket.pause());
  socket.on("end", () => stream.push(null));
  socket.on("error", (error) => stream.destroy(error));
  return stream;
}

/** ALPN names that nobody speaks make the hello as long as one with post-quantum keys. */
const padding = (bytes) => Array.from({ length: Math.ceil(bytes / 100) }, (_, index) => `${"x".repeat(95)}${index}`);

const rest = (ms) => (ms ? new Promise((rested) => setTimeout(rested, ms)) : undefined);

function dial(job) {
  return new Promise((done) => {
    const began = Date.now();
    const since = () => Date.now() - began;
    const answer = { text: "" };
    const socket = net.connect({ host: job.host, port: job.port, localPort: job.localPort, noDelay: true });
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      done({ ...answer }); // what comes after does not count
    };
    const timer = setTimeout(finish, job.forMs);
    const talk = (stream) => {
      const steps = [...(job.steps ?? [])];
      let said = "";
      const silence = rest(job.tls ? 0 : job.silentMs);
      const step = async () => {
        await silence;
        while (steps.length > 0 && said.includes(steps[0].after ?? "")) {
          said = "";
          stream.write(steps.shift().send);
        }
        if (steps.length === 0 && job.until !== undefined && said.includes(job.until)) finish();
      };
      stream.on("data", (data) => {
        answer.firstByteMs ??= since();
        answer.text += data.toString("latin1");
        said += data.toString("latin1");
        step();
      });
      step();
    };
    const ended = (error) => {
      if (error) answer.error ??= error.code ?? error.message;
      answer.closedMs ??= since();
      finish();
    };
    socket.on("error", ended);
    socket.on("close", () => ended());
    socket.on("connect", async () => {
      answer.address = socket.localAddress;
      answer.port = socket.localPort;
      if (job.before) socket.write(Buffer.from(job.before, "base64"));
      if (!job.tls) return talk(socket);
      await rest(job.silentMs);
      const secure = tls.connect({
        socket: splitting(socket, job.tls.splitAt ?? [], answer),
        servername: job.tls.servername,
        ALPNProtocols: job.tls.padding ? [...padding(job.tls.padding), "http/1.1"] : undefined,
        rejectUnauthorized: false,
      });
      secure.on("error", ended);
      secure.on("secureConnect", () => {
        answer.certificate = secure.getPeerCertificate().subject?.CN;
        talk(secure);
        if (!job.steps && job.until === undefined) finish();
      });
    });
  });
}

let input = "";
process.stdin.on("data", (data) => (input += data));
process.stdin.on("end", async () => {
  const answers = await Promise.all(JSON.parse(input).map(dial));
  process.stdout.write(JSON.stringify(answers));
});
