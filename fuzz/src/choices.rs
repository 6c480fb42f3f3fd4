//! Bytes as a sequence of choices, so that a small change of the bytes is a small change of what is
//! built from them. When the bytes are used up, every choice is 0.

/// The bytes not yet used.
pub(crate) struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices(bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    pub fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((&first, rest)) => {
                self.0 = rest;
                first
            }
            None => 0,
        }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        let number = if end <= 256 { u64::from(self.byte()) } else { self.u32().into() };
        number % end.max(1)
    }

    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes([0; 4].map(|_: u8| self.byte()))
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes([0; 8].map(|_: u8| self.byte()))
    }

    /// Mostly a small number, sometimes any.
    pub fn number(&mut self) -> u64 {
        match self.byte() {
            small @ 0..=0xdf => small.into(),
            0xe0..=0xef => self.u32().into(),
            0xf0..=0xf7 => u64::MAX - u64::from(self.byte()),
            _ => self.u64(),
        }
    }

    /// At most `longest` bytes, a length before them.
    pub fn bytes(&mut self, longest: u64) -> &'a [u8] {
        let length = self.below(longest + 1) as usize;
        let (taken, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
