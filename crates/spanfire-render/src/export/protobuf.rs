//! Messages of Protocol Buffers, written field by field.
//!
//! A schema's field numbers and types are the caller's business; here is the encoding alone
//! (protobuf.dev, "Encoding"). Costs the bytes of the message; a message inside another moves by a
//! byte or two once its length is known.

/// The encoded fields of one message.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    bytes: Vec<u8>,
}

/// How a value says where it ends.
#[derive(Clone, Copy)]
enum Wire {
    Varint = 0,
    EightBytes = 1,
    Length = 2,
    FourBytes = 5,
}

impl Message {
    /// The encoding so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets all fields.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// `uint32`, `uint64`, an enum, or an `int64` that is not negative.
    pub fn uint(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::Varint);
        varint(&mut self.bytes, value);
    }

    /// `int32` or `int64`.
    pub fn int(&mut self, field: u32, value: i64) {
        self.uint(field, value.cast_unsigned());
    }

    /// `bool`.
    pub fn bool(&mut self, field: u32, value: bool) {
        self.uint(field, u64::from(value));
    }

    /// `fixed64`.
    pub fn fixed(&mut self, field: u32, value: u64) {
        self.tag(field, Wire::EightBytes);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// `fixed32`.
    pub fn fixed32(&mut self, field: u32, value: u32) {
        self.tag(field, Wire::FourBytes);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// `double`.
    pub fn double(&mut self, field: u32, value: f64) {
        self.fixed(field, value.to_bits());
    }

    /// `bytes`, or a message that is encoded already.
    pub fn raw(&mut self, field: u32, value: &[u8]) {
        self.tag(field, Wire::Length);
        varint(&mut self.bytes, value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    /// `string`.
    pub fn text(&mut self, field: u32, value: &str) {
        self.raw(field, value.as_bytes());
    }

    /// A message, of the fields that `fill` writes.
    pub fn message(&mut self, field: u32, fill: impl FnOnce(&mut Message)) {
        self.tag(field, Wire::Length);
        let start = self.bytes.len();
        self.bytes.push(0);
        fill(self);
        let length = self.bytes.len() - start - 1;
        match u8::try_from(length) {
            Ok(short) if short < 0x80 => self.bytes[start] = short,
            _ => {
                let mut prefix = Vec::with_capacity(5);
                varint(&mut prefix, length as u64);
                self.bytes.splice(start..=start, prefix);
            }
        }
    }

    /// All fields of `other`.
    pub fn extend(&mut self, other: &Message) {
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// `repeated uint64` or `int64` of values that are not negative, packed.
    pub fn packed(&mut self, field: u32, values: impl IntoIterator<Item = u64>) {
        self.message(field, |packed| {
            values.into_iter().for_each(|value| varint(&mut packed.bytes, value));
        });
    }

    fn tag(&mut self, field: u32, wire: Wire) {
        varint(&mut self.bytes, u64::from(field) << 3 | wire as u64);
    }
}

/// Seven bits a byte, least significant first.
fn varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;

    /// The same fields, as an independent decoder has them.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Decoded {
        #[prost(uint64, tag = "1")]
        uint: u64,
        #[prost(int64, tag = "2")]
        int: i64,
        #[prost(bool, tag = "3")]
        bool: bool,
        #[prost(fixed64, tag = "4")]
        fixed: u64,
        #[prost(fixed32, tag = "5")]
        short: u32,
        #[prost(double, tag = "15")]
        double: f64,
        #[prost(bytes = "vec", tag = "16")]
        raw: Vec<u8>,
        #[prost(string, tag = "17")]
        text: String,
        #[prost(message, repeated, tag = "2047")]
        inner: Vec<Decoded>,
        #[prost(uint64, repeated, tag = "2048")]
        packed: Vec<u64>,
    }

    fn encoded(decoded: &Decoded) -> Message {
        let mut message = Message::default();
        message.uint(1, decoded.uint);
        message.int(2, decoded.int);
        message.bool(3, decoded.bool);
        message.fixed(4, decoded.fixed);
        message.fixed32(5, decoded.short);
        message.double(15, decoded.double);
        message.raw(16, &decoded.raw);
        message.text(17, &decoded.text);
        for inner in &decoded.inner {
            message.message(2047, |message| message.extend(&encoded(inner)));
        }
        message.packed(2048, decoded.packed.iter().copied());
        message
    }

    #[test]
    fn every_kind_of_field_comes_back() {
        for length in [0, 1, 100, 127, 128, 129, 16_383, 16_384, 100_000] {
            let leaf = Decoded { text: "x".repeat(length), ..Decoded::default() };
            let decoded = Decoded {
                uint: u64::MAX,
                int: i64::MIN,
                bool: true,
                fixed: 1 << 63,
                short: 1 << 31 | 1,
                double: -0.1,
                raw: vec![0xff; length],
                text: "🔥\u{0}".to_owned(),
                packed: (0..64).map(|bit| 1 << bit).collect(),
                inner: vec![leaf.clone(), Decoded { inner: vec![leaf], ..Decoded::default() }],
            };
            let bytes = encoded(&decoded);
            assert_eq!(Decoded::decode(bytes.bytes()), Ok(decoded));
        }
    }
}
