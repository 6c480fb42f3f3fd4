//! Numbers as streams of bytes, made so that a general compressor finds what repeats.

/// A number cut into a magnitude, which repeats, and bits below it, which do not.
///
/// Numbers below 16 are their own magnitude. From there on every power of two has eight, and the
/// bits below the three that tell them apart are written as they are: a compressor finds nothing
/// in them. Magnitudes are written in the order the caller likes, low bits in the order of `push`.
#[derive(Default)]
pub(super) struct LowBits {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

/// Says that 64 bits follow.
const ANY: u8 = 255;

impl LowBits {
    /// Writes the low bits of `number` and gives its magnitude.
    pub fn split(&mut self, number: u64) -> u8 {
        if number < 16 {
            return number as u8;
        }
        let exponent = number.ilog2();
        let step = (number >> (exponent - 3)) & 7;
        let magnitude = 16 + u64::from(exponent - 4) * 8 + step;
        match u8::try_from(magnitude) {
            Ok(magnitude) if magnitude != ANY => {
                self.push(number & ((1 << (exponent - 3)) - 1), exponent - 3);
                magnitude
            }
            _ => {
                self.push(number & 0xffff_ffff, 32);
                self.push(number >> 32, 32);
                ANY
            }
        }
    }

    fn push(&mut self, bits: u64, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// The bytes written.
    pub fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.held as u8);
        }
        self.bytes
    }
}

/// Appends `number`, seven bits a byte, the lowest first.
pub(super) fn varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Small numbers for small distances from zero, whichever way.
pub(super) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// A column of magnitudes with their low bits.
#[derive(Default)]
pub(super) struct Column {
    magnitudes: Vec<u8>,
    low: LowBits,
}

impl Column {
    /// Appends a number.
    pub fn push(&mut self, number: u64) {
        self.magnitudes.push(self.low.split(number));
    }

    /// The two streams.
    pub fn finish(self) -> [Vec<u8>; 2] {
        [self.magnitudes, self.low.finish()]
    }
}

/// Streams one after the other, each with its length before it.
pub(super) fn joined(streams: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(streams.iter().map(|stream| stream.len() + 5).sum());
    for stream in streams {
        varint(&mut bytes, stream.len() as u64);
        bytes.extend_from_slice(stream);
    }
    bytes
}
