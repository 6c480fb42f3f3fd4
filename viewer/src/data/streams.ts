/**
 * Reading what `html/numbers.rs` writes.
 */

/** Says that 64 bits follow. */
const ANY = 255;

/** A reader of variable-length numbers. Reading past the end is an error. */
export class Varints {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      if (this.at >= this.bytes.length) throw new Error("The data in this file ends too early.");
      const byte = this.bytes[this.at++];
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  /** A number whose sign is its lowest bit. */
  signed(): number {
    return unzigzag(this.next());
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    this.at += length;
    if (this.at > this.bytes.length) throw new Error("The data in this file ends too early.");
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** The number that a zigzag number stands for. */
export function unzigzag(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
}

/** A block's streams. */
export function streams(block: Uint8Array, count: number): Uint8Array[] {
  const reader = new Varints(block);
  return Array.from({ length: count }, () => reader.take(reader.next()));
}

/** The bits below magnitudes. */
export class LowBits {
  private at = 0;
  private held = 0;
  private count = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The number of this magnitude. */
  join(magnitude: number): number {
    if (magnitude < 16) return magnitude;
    if (magnitude === ANY) {
      const low = this.read(16) + this.read(16) * 65536;
      return low + (this.read(16) + this.read(16) * 65536) * 4294967296;
    }
    const step = (magnitude - 16) & 7;
    const below = ((magnitude - 16) >> 3) + 1;
    if (below <= 16) return ((8 + step) << below) + this.read(below);
    const low = this.read(16);
    return (8 + step) * 2 ** below + this.read(below - 16) * 65536 + low;
  }

  /** At most 16 bits. */
  private read(count: number): number {
    while (this.count < count) {
      this.held |= this.bytes[this.at++] << this.count;
      this.count += 8;
    }
    const bits = this.held & ((1 << count) - 1);
    this.held >>>= count;
    this.count -= count;
    return bits;
  }
}

/** A column of magnitudes and low bits. */
export class Column {
  private at = 0;
  private readonly low: LowBits;

  constructor(
    private readonly magnitudes: Uint8Array,
    low: Uint8Array,
  ) {
    this.low = new LowBits(low);
  }

  next(): number {
    return this.low.join(this.magnitudes[this.at++]);
  }

  signed(): number {
    return unzigzag(this.next());
  }
}
