// Perfetto's trace processor, as its interface runs it: what SQL says of a trace.
//
// The queries are in `READER_QUERIES`, an object of names and texts; the answer has their rows.

import { readFile } from "node:fs/promises";
import { assets } from "./perfetto_assets.mjs";

export async function read(page, origin, file) {
  const bytes = (await readFile(file)).toString("base64");
  const queries = JSON.parse(process.env.READER_QUERIES ?? "{}");
  const blank = `${origin}/${await assets()}/blank.html`;
  await page.route(blank, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
  await page.goto(blank);
  return await page.evaluate(inPage, { bytes, queries });
}

/** Runs in the page, so it stands alone. Messages are those of trace_processor.proto. */
async function inPage({ bytes, queries }) {
  const varint = (value) => {
    const out = [];
    for (; value >= 0x80; value = Math.floor(value / 128)) out.push((value % 128) | 0x80);
    return [...out, value];
  };
  const nested = (field, body) => [[...varint(field * 8 + 2), ...varint(body.reduce((sum, part) => sum + part.length, 0))], ...body];
  const number = (field, value) => [[...varint(field * 8), ...varint(value)]];
  const joined = (parts) => {
    const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    parts.reduce((at, part) => (out.set(part, at), at + part.length), 0);
    return out;
  };
  const fields = function* (message) {
    let at = 0;
    const next = () => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = message[at++];
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    while (at < message.length) {
      const tag = Number(next());
      if (tag % 8 === 0) yield [tag >> 3, next()];
      else if (tag % 8 === 1) yield [tag >> 3, message.subarray(at, (at += 8))];
      else if (tag % 8 === 5) yield [tag >> 3, message.subarray(at, (at += 4))];
      else {
        const length = Number(next());
        yield [tag >> 3, message.subarray(at, (at += length))];
      }
    }
  };
  const varints = (packed) => {
    const out = [];
    let value = 0n;
    let shift = 0n;
    for (const byte of packed) {
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) {
        out.push(BigInt.asIntN(64, value));
        [value, shift] = [0n, 0n];
      }
    }
    return out;
  };

  const worker = new Worker("engine_bundle.js");
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(port1, [port1]);
  let sequence = 0;
  let received = new Uint8Array();
  const waiting = [];
  port2.onmessage = ({ data }) => {
    received = joined([received, data]);
    // A whole message is a tag, a length and that many bytes.
    for (;;) {
      let [length, at, shift] = [0, 1, 0];
      for (; at < received.length; at++, shift += 7) {
        length += (received[at] & 0x7f) * 2 ** shift;
        if (received[at] < 0x80) break;
      }
      if (received.length < at + 1 + length || received.length < 2) return;
      const message = received.slice(at + 1, at + 1 + length);
      received = received.slice(at + 1 + length);
      waiting[0]?.(new Map([...fields(message)]));
    }
  };
  const crashed = new Promise((_, reject) => (worker.onerror = (event) => reject(new Error(event.message))));
  const ask = (method, body, done) =>
    Promise.race([
      crashed,
      new Promise((resolve, reject) => {
        waiting[0] = (answer) => {
          if (answer.has(5)) reject(new Error(new TextDecoder().decode(answer.get(5))));
          else if (done(answer, reject)) resolve(answer);
        };
        port2.postMessage(joined(nested(1, [...number(1, sequence++), ...number(2, method), ...body])));
      }),
    ]);
  const text = (part) => new TextDecoder().decode(part);

  const trace = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
  await ask(1, nested(101, [trace]), (answer, reject) => {
    const error = [...fields(answer.get(201) ?? [])].find(([field]) => field === 2);
    if (error !== undefined) reject(new Error(text(error[1])));
    return true;
  });
  await ask(2, [], () => true);

  const query = async (sql) => {
    const columns = [];
    const rows = [];
    await ask(3, nested(103, nested(1, [new TextEncoder().encode(sql)])), (answer, reject) => {
      let last = false;
      for (const [field, value] of fields(answer.get(203) ?? [])) {
        if (field === 1) columns.push(text(value));
        if (field === 2 && value.length > 0) reject(new Error(text(value)));
        if (field !== 3) continue;
        const cells = { kinds: [], integers: [], floats: [], texts: [] };
        for (const [part, packed] of fields(value)) {
          if (part === 1) cells.kinds.push(...varints(packed));
          if (part === 2) cells.integers.push(...varints(packed));
          if (part === 3) cells.floats.push(...new Float64Array(packed.slice().buffer));
          if (part === 5) cells.texts.push(...text(packed).split("\0"));
          if (part === 6) last = packed === 1n;
        }
        let row = {};
        for (const kind of cells.kinds) {
          const column = columns[Object.keys(row).length];
          if (kind === 2n) row[column] = Number(cells.integers.shift());
          else if (kind === 3n) row[column] = cells.floats.shift();
          else if (kind === 4n) row[column] = cells.texts.shift();
          else row[column] = null;
          if (Object.keys(row).length === columns.length) {
            rows.push(row);
            row = {};
          }
        }
      }
      return last;
    });
    return rows;
  };
  const answers = {};
  for (const [name, sql] of Object.entries(queries)) answers[name] = await query(sql);
  worker.terminate();
  return answers;
}
