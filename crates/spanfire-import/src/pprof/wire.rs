//! Protocol Buffers on the wire: the fields of a message, one after the other, without copies.

use crate::error::Error;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, and where in the file it begins.
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The place of the message's first byte.
    start: usize,
}

impl<'a> Fields<'a> {
    /// All that a file holds.
    pub fn of(bytes: &'a [u8]) -> Fields<'a> {
        Fields { bytes, at: 0, start: 0 }
    }

    /// A message that is a field of this one, which was read last.
    pub fn inside(&self, bytes: &'a [u8]) -> Fields<'a> {
        Fields { bytes, at: 0, start: self.start + self.at - bytes.len() }
    }

    /// The next field: its number and its value.
    pub fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Error> {
        if self.at >= self.bytes.len() {
            return Ok(None);
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = self.varint()?;
                Value::Bytes(self.take(usize::try_from(length).unwrap_or(usize::MAX))?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return Err(self.damaged("a field of a type that there is not")),
        };
        Ok(Some((key >> 3, value)))
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(length).filter(|&end| end <= self.bytes.len());
        let Some(end) = end else { return Err(self.damaged("a field reaches beyond the end")) };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0;
        for shift in (0..70).step_by(7) {
            let Some(&byte) = self.bytes.get(self.at) else {
                return Err(self.damaged("a number is cut off"));
            };
            self.at += 1;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.damaged("a number of more than 64 bits"))
    }

    /// What is wrong at this place.
    pub fn damaged(&self, what: &str) -> Error {
        let at = self.start + self.at;
        Error::input(format!(
            "no profile of pprof: {what} at byte {at} of the unpacked file; take another copy, or say what it is with \
             --format"
        ))
    }
}

impl<'a> Value<'a> {
    /// A number; a message in its place is as good as none.
    pub fn number(self) -> u64 {
        match self {
            Value::Number(number) => number,
            Value::Bytes(_) => 0,
        }
    }

    /// The bytes of a message or a text.
    pub fn bytes(self) -> &'a [u8] {
        match self {
            Value::Number(_) => &[],
            Value::Bytes(bytes) => bytes,
        }
    }

    /// Appends the numbers of a repeated field, packed or one by one.
    pub fn numbers(self, of: &Fields<'a>, numbers: &mut Vec<u64>) -> Result<(), Error> {
        match self {
            Value::Number(number) => numbers.push(number),
            Value::Bytes(bytes) => {
                let mut packed = of.inside(bytes);
                while packed.at < packed.bytes.len() {
                    numbers.push(packed.varint()?);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_every_type_and_numbers_packed_or_not() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, 0x01, 0x02, 0x25, 1, 2, 3, 4];
        let mut fields = Fields::of(&bytes);
        assert_eq!(fields.next().unwrap(), Some((1, Value::Number(150))));
        let (number, packed) = fields.next().unwrap().unwrap();
        let mut numbers = Vec::new();
        packed.numbers(&fields, &mut numbers).unwrap();
        assert_eq!((number, numbers), (2, vec![1, 2]));
        assert_eq!(fields.next().unwrap(), Some((4, Value::Bytes(&[1, 2, 3, 4]))));
        assert_eq!(fields.next().unwrap(), None);
    }

    #[test]
    fn what_reaches_beyond_the_end_is_refused_with_its_place() {
        for bytes in [&[0x0a, 0x05, 1][..], &[0x08], &[0x08, 0xff], &[0x0b], &[0xff; 12]] {
            let refused = Fields::of(bytes).next().unwrap_err().to_string();
            assert!(refused.contains("at byte"), "{refused}");
        }
    }
}
