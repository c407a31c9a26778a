// Answers for the Node snippet.
const fs = require("node:fs");
const snippet = fs.readFileSync(process.argv[2], "utf8");

require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  ["NEW", "OLD"].forEach((name, place) => {
    delete process.env[`POSTPAY_HOOK_SECRET_${name}`];
    if (asked.secrets[place] !== null) process.env[`POSTPAY_HOOK_SECRET_${name}`] = asked.secrets[place];
  });
  Date.now = () => asked.now * 1000 + 750;
  const isFromPostpay = new Function("require", `${snippet}\nreturn isFromPostpay;`)(require);
  const header = Buffer.from(asked.header, "base64").toString("latin1");
  console.log(JSON.stringify(isFromPostpay(Buffer.from(asked.body, "base64"), header)));
});
