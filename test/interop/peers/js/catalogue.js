// The values of values.json, as the JavaScript SDK sees them: it has no long and no double.

const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { Parcel } = require("./parcel.js");

const values = new Map(JSON.parse(readFileSync(process.argv[2], "utf8")).map((entry) => [entry.name, entry]));

/** A value of the catalogue: its kind, and the value itself. */
function native(name) {
  const { kind, value, repeat, times } = values.get(name);
  if (kind === "float") return { kind, value: Buffer.from(value, "hex").readFloatBE() };
  if (repeat !== undefined) return { kind, value: repeat.repeat(times) };
  if (kind !== "parcel") return { kind, value };
  const { price, seal, ...plain } = value;
  const parcel = Object.assign(new Parcel(), plain);
  parcel.price = Buffer.from(price, "hex").readDoubleBE();
  parcel.seal = Uint8Array.from(Buffer.from(seal, "hex"));
  return { kind, value: parcel };
}

/** A value as the catalogue writes it. */
function shown(kind, value) {
  if (value === null) return null;
  if (kind === "float") return bits(4, (buffer) => buffer.writeFloatBE(value));
  if (kind === "string" && value.length > 1000) {
    const utf8 = Buffer.from(value);
    return { bytes: utf8.length, sha256: createHash("sha256").update(utf8).digest("hex") };
  }
  if (kind !== "parcel") return value;
  const { id, weight, price, tags, sender, seal, paid } = value;
  return {
    id,
    weight,
    price: bits(8, (buffer) => buffer.writeDoubleBE(price)),
    tags,
    sender,
    seal: Buffer.from(seal).toString("hex"),
    paid,
  };
}

function bits(length, write) {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer.toString("hex");
}

module.exports = { native, shown };
