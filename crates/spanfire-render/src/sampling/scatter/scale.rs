//! Decades over px.

/// A logarithmic scale between two powers of ten; what lies beyond is put on the edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogScale {
    from: i32,
    to: i32,
    start: f64,
    end: f64,
}

impl LogScale {
    /// From 10 to the one power, at `start` px, to 10 to the other, at `end`.
    pub fn new((from, to): (i32, i32), start: f64, end: f64) -> LogScale {
        LogScale { from, to: to.max(from + 1), start, end }
    }

    /// Where a value lies.
    pub fn at(&self, value: f64) -> f64 {
        let (from, to) = (f64::from(self.from), f64::from(self.to));
        let power = if value > 0.0 { value.log10().clamp(from, to) } else { from };
        self.start + (self.end - self.start) * (power - from) / (to - from)
    }

    /// The powers of ten on it.
    pub fn decades(&self) -> impl Iterator<Item = i32> {
        self.from..=self.to
    }

    /// Values evenly spaced in px, both ends included.
    pub fn values(&self, steps: usize) -> impl Iterator<Item = f64> {
        let (from, length) = (f64::from(self.from), f64::from(self.to - self.from));
        (0..=steps).map(move |step| 10f64.powf(from + length * step as f64 / steps as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_evenly_spaced_and_nothing_leaves_the_edge() {
        let scale = LogScale::new((-3, 1), 400.0, 0.0);
        let places = [0.0, 0.001, 0.01, 1.0, 10.0, f64::INFINITY].map(|value| scale.at(value));
        assert_eq!(places, [400.0, 400.0, 300.0, 100.0, 0.0, 0.0]);
        assert_eq!(scale.values(2).collect::<Vec<_>>(), [0.001, 0.1, 10.0]);
    }
}
