//! A growing column of bytes, written by whole numbers.

/// Bytes appended with room made beforehand, so that a number costs one check, not one a byte.
#[derive(Debug, Default)]
pub(super) struct Column {
    bytes: Vec<u8>,
    length: usize,
}

/// A varint's greatest length.
const VARINT: usize = 10;

impl Column {
    pub fn clear(&mut self) {
        self.length = 0;
    }

    pub fn len(&self) -> usize {
        self.length
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Makes room for `more` bytes, so that no call before those are written grows the column.
    pub fn reserve(&mut self, more: usize) {
        if self.bytes.len() < self.length + more {
            self.bytes.resize(self.length + more, 0);
        }
    }

    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        match self.bytes.get_mut(self.length) {
            Some(place) => *place = byte,
            None => self.bytes.push(byte),
        }
        self.length += 1;
    }

    /// Appends `value` as [`crate::varint::put`] does.
    #[inline(always)]
    pub fn varint(&mut self, value: u64) {
        if value < 1 << 14
            && let Some([first, second]) = self.bytes.get_mut(self.length..self.length + 2)
        {
            // Whether it takes one byte or two is as random as timing, so without a branch.
            let longer = u8::from(value >= 0x80);
            *first = value as u8 & 0x7f | longer << 7;
            *second = (value >> 7) as u8;
            self.length += 1 + usize::from(longer);
        } else {
            self.long_varint(value);
        }
    }

    #[inline(never)]
    fn long_varint(&mut self, mut value: u64) {
        self.reserve(VARINT);
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    /// Appends `value` as [`crate::varint::put_signed`] does.
    pub fn signed(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::varint;

    #[test]
    fn numbers_are_written_as_the_reader_expects_them() {
        let mut column = Column::default();
        let mut expected = Vec::new();
        for bit in 0..64 {
            for value in [1u64 << bit, (1u64 << bit) - 1] {
                column.varint(value);
                column.signed(value as i64);
                varint::put(&mut expected, value);
                varint::put_signed(&mut expected, value as i64);
            }
        }
        assert_eq!(column.as_slice(), expected);
        column.clear();
        column.extend(b"ab");
        column.byte(b'c');
        assert_eq!(column.as_slice(), b"abc");
    }
}
