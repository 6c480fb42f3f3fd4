//! Mutations without libFuzzer: the same seed gives the same inputs on every machine.

/// Makes inputs from others.
pub struct Mutator {
    state: u64,
}

/// Numbers that lengths and counts go wrong at.
const EDGES: [u64; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0x3fff, 0x4000, 0xffff, 1 << 24, u32::MAX as u64, 1 << 44, u64::MAX];

/// Longer inputs find nothing that shorter ones do not, and cost more.
const LONGEST: usize = 8 << 10;

impl Mutator {
    /// The mutations of a seed.
    pub fn new(seed: u64) -> Mutator {
        Mutator { state: seed ^ 0x9e37_79b9_7f4a_7c15 }
    }

    /// One of `inputs`, changed in one to four places; sometimes the beginning of one and the end
    /// of another.
    pub fn next(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = self.pick(inputs);
        if self.below(8) == 0 {
            let other = self.pick(inputs);
            bytes.truncate(self.below(bytes.len() + 1));
            bytes.extend_from_slice(&other[self.below(other.len() + 1)..]);
        }
        for _ in 0..=self.below(4) {
            self.change(&mut bytes);
        }
        bytes.truncate(LONGEST);
        bytes
    }

    fn pick(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        match inputs.len() {
            0 => Vec::new(),
            length => inputs[self.below(length)].clone(),
        }
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let kind = self.below(9);
        match bytes.get_mut(at) {
            Some(byte) if kind < 2 => *byte ^= 1 << self.below(8),
            Some(byte) if kind == 2 => *byte = self.random() as u8,
            Some(byte) if kind == 3 => {
                *byte = byte.wrapping_add(self.below(9) as u8).wrapping_sub(4)
            }
            Some(_) if kind == 4 => self.overwrite(&mut bytes[at..]),
            Some(_) if kind == 5 => drop(bytes.drain(at..at + self.part(bytes.len() - at))),
            Some(_) if kind == 6 => {
                let copied = bytes[at..at + self.part(bytes.len() - at)].to_vec();
                let to = self.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            Some(_) if kind == 7 && self.below(4) == 0 => bytes.truncate(at),
            _ => {
                let some = (0..self.below(5)).map(|_| self.random() as u8).collect::<Vec<u8>>();
                bytes.splice(at..at, some);
            }
        }
    }

    /// Puts a number of one, two, four or eight bytes there.
    fn overwrite(&mut self, bytes: &mut [u8]) {
        let number = EDGES[self.below(EDGES.len())].to_le_bytes();
        let width = (1 << self.below(4)).min(bytes.len());
        bytes[..width].copy_from_slice(&number[..width]);
    }

    /// A length, mostly short.
    fn part(&mut self, longest: usize) -> usize {
        let short = if self.below(4) == 0 { longest } else { longest.min(16) };
        1 + self.below(short)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.random() % end.max(1) as u64) as usize
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
