//! Numbers that no loop of a program runs in step with. They need not be secret.

/// A xorshift generator: three shifts a number, so that a signal handler can afford it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// One of its own for each `seed`.
    pub fn new(seed: u64) -> Random {
        // Splitmix: seeds that lie near one another give streams that do not.
        let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random((mixed ^ (mixed >> 31)) | 1)
    }

    /// A number around `middle`, no further from it than `reach`, all as likely.
    pub fn around(&mut self, middle: u64, reach: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let width = u128::from(reach.min(middle)) * 2 + 1;
        let offset = ((u128::from(self.0) * width) >> 64) as u64;
        middle - reach.min(middle) + offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_around_the_middle_and_average_to_it() {
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let numbers: Vec<u64> = (0..4_000).map(|_| random.around(1_000, 500)).collect();
            assert!(numbers.iter().all(|number| (500..=1_500).contains(number)));
            let mean = numbers.iter().sum::<u64>() / 4_000;
            assert!((970..=1_030).contains(&mean), "{mean}");
            assert!(numbers.iter().any(|&number| number < 520));
            assert!(numbers.iter().any(|&number| number > 1_480));
        }
        assert_eq!(Random::new(1).around(7, 0), 7);
    }
}
