/**
 * Bytes out of text with seven bits a character: the other side of `html/ascii.rs`.
 */

const ESCAPE = 92;
const CLOSED = new Map([
  ["0".charCodeAt(0), 0],
  ["r".charCodeAt(0), 13],
  ["l".charCodeAt(0), 60],
  ["e".charCodeAt(0), ESCAPE],
]);

/** The bytes that `text` stands for; bits left over at its end are padding. */
export function decodeAscii(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((text.length * 7) / 8));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    let group = text.charCodeAt(at);
    if (group === ESCAPE) {
      group = CLOSED.get(text.charCodeAt(++at)) ?? 0;
    }
    bits |= group << held;
    held += 7;
    if (held >= 8) {
      bytes[length++] = bits;
      bits >>>= 8;
      held -= 8;
    }
  }
  return bytes.subarray(0, length);
}
