//! A growing column of bytes, written by whole numbers.

use std::mem::take;

/// Bytes appended with room made beforehand, so that a number costs one check, not one a byte.
#[derive(Debug, Default)]
pub(super) struct Column {
    bytes: Vec<u8>,
    length: usize,
}

/// Varints below are short: they take at most [`SHORT_BYTES`].
pub(super) const SHORT: u64 = 1 << 28;
pub(super) const SHORT_BYTES: usize = 4;

/// Varints below take at most two bytes.
pub(super) const PAIRED: u64 = 1 << 14;

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

    /// The place of the next bytes, at least `room` of them. Bytes written there count when
    /// [`written`](Self::written) is told what is left.
    pub fn free(&mut self, room: usize) -> Free<'_> {
        self.reserve(room);
        Free(&mut self.bytes[self.length..])
    }

    /// The end of what [`free`](Self::free) gave has `left` bytes.
    pub fn written(&mut self, left: usize) {
        self.length = self.bytes.len() - left;
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
        self.varint(zigzag(value as u64));
    }

    pub fn extend(&mut self, bytes: &[u8]) {
        self.reserve(bytes.len());
        self.bytes[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }
}

/// The varint of the lower 14 bits of `value`, and whether it has a second byte. Whether it has is as
/// random as timing, so this takes no branch.
#[inline(always)]
fn two_bytes(value: u64) -> (u32, u32) {
    let more = u32::from(value >= 0x80);
    let value = value as u32;
    (value & 0x7f | more << 7 | (value & 0x3f80) << 1, more)
}

/// A signed number, so that small magnitudes of either sign are small.
#[inline(always)]
pub(super) fn zigzag(value: u64) -> u64 {
    (value << 1) ^ ((value as i64) >> 63) as u64
}

/// A column's free end: what a loop keeps in registers.
pub(super) struct Free<'a>(&'a mut [u8]);

impl Free<'_> {
    /// The bytes left.
    pub fn left(&self) -> usize {
        self.0.len()
    }

    /// Appends a byte, if there is room.
    #[inline(always)]
    pub fn byte(&mut self, byte: u8) {
        if let Some((place, rest)) = take(&mut self.0).split_first_mut() {
            *place = byte;
            self.0 = rest;
        }
    }

    /// Appends two numbers less than [`PAIRED`], if there is room for four bytes.
    #[inline(always)]
    pub fn varint_pair(&mut self, first: u64, second: u64) {
        let (first, first_more) = two_bytes(first);
        let (second, second_more) = two_bytes(second);
        if let Some(place) = self.0.first_chunk_mut::<SHORT_BYTES>() {
            *place = (first | second << (8 + 8 * first_more)).to_le_bytes();
            let length = (2 + first_more + second_more) as usize;
            self.0 = take(&mut self.0).get_mut(length..).unwrap_or_default();
        }
    }

    /// The same as [`short_varint`](Self::short_varint), for numbers that mostly take one byte.
    #[inline(always)]
    pub fn shortest_varint(&mut self, value: u64) {
        if value < 0x80 { self.byte(value as u8) } else { self.short_varint(value) }
    }

    /// Appends `value`, less than [`SHORT`], as a varint, if there is room for four bytes.
    #[inline(always)]
    pub fn short_varint(&mut self, value: u64) {
        let (bytes, more) = two_bytes(value);
        let (bytes, length) = if value < PAIRED {
            (bytes, 1 + more)
        } else {
            let value = value as u32;
            let fourth = u32::from(value >= 1 << 21);
            let high = (value & 0x1f_c000) << 2 | fourth << 23 | (value & 0xfe0_0000) << 3;
            (bytes | 0x8000 | high, 3 + fourth)
        };
        if let Some(place) = self.0.first_chunk_mut::<SHORT_BYTES>() {
            *place = bytes.to_le_bytes();
            self.0 = take(&mut self.0).get_mut(length as usize..).unwrap_or_default();
        }
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

    #[test]
    fn short_numbers_are_written_the_same_way() {
        let mut column = Column::default();
        let mut expected = Vec::new();
        let values = (0..SHORT.ilog2()).flat_map(|bit| [1u64 << bit, (2u64 << bit) - 1]);
        for value in values.filter(|&value| value < SHORT) {
            let mut free = column.free(4 * SHORT_BYTES);
            free.short_varint(value);
            free.shortest_varint(value);
            free.varint_pair(value % PAIRED, 1);
            let left = free.left();
            column.written(left);
            for value in [value, value, value % PAIRED, 1] {
                varint::put(&mut expected, value);
            }
        }
        assert_eq!(column.as_slice(), expected);
    }
}
