//! Changes over px.

/// A scale of changes, as shares: linear as long as the A/A band is wide enough to be seen on it, and
/// otherwise linear about nothing and logarithmic far away (the inverse hyperbolic sine).
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// The change beside which others are large; nothing on a linear scale.
    knee: Option<f64>,
    start: f64,
    end: f64,
}

/// The band is seen as long as the scale is at most so many times as long as one side of it.
const LINEAR: f64 = 30.0;

/// No scale is finer than this.
const FINEST: f64 = 0.002;

impl Scale {
    /// From the least change to the greatest, beside chance of `band` to both sides.
    pub fn new(least: f64, greatest: f64, band: f64, (start, end): (f64, f64)) -> Scale {
        let band = band.max(FINEST);
        let (low, high) = (least.min(-band * 1.25), greatest.max(band * 1.25));
        let knee = (high - low > LINEAR * band).then_some(band * 2.0);
        let mut scale = Scale { low, high, knee, start, end };
        // Room for the ends of lines, in px and not in changes.
        let room = 0.03 * (scale.bent(high) - scale.bent(low));
        scale.low = scale.straight(scale.bent(low) - room);
        scale.high = scale.straight(scale.bent(high) + room);
        scale
    }

    /// Where a change lies; what lies beyond is put on the edge.
    pub fn at(&self, change: f64) -> f64 {
        let [low, high] = [self.low, self.high].map(|change| self.bent(change));
        let part = (self.bent(change.clamp(self.low, self.high)) - low) / (high - low);
        self.start + (self.end - self.start) * part
    }

    /// Whether equal lengths are equal changes.
    pub fn is_linear(&self) -> bool {
        self.knee.is_none()
    }

    /// Round changes, `room` px apart at least, nothing among them.
    pub fn ticks(&self, room: f64) -> Vec<f64> {
        let mut ticks = vec![0.0];
        for side in [1.0, -1.0] {
            let mut last = self.at(0.0);
            for change in self.round_changes().map(|change| change * side) {
                let inside = change > self.low && change < self.high;
                if inside && (self.at(change) - last).abs() >= room {
                    last = self.at(change);
                    ticks.push(change);
                }
            }
        }
        ticks
    }

    /// From small to large: multiples of the smallest round step that is wide enough on a linear
    /// scale, and 1, 2 and 5 of each decade on a bent one.
    fn round_changes(&self) -> Box<dyn Iterator<Item = f64>> {
        let decades =
            || (-4..=18).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
        let length = self.high - self.low;
        match self.knee {
            Some(_) => Box::new(decades()),
            None => {
                let step = decades().find(|step| *step >= length / 8.0).unwrap_or(length);
                Box::new((1..=8).map(move |times| step * f64::from(times)))
            }
        }
    }

    fn bent(&self, change: f64) -> f64 {
        self.knee.map_or(change, |knee| (change / knee).asinh())
    }

    fn straight(&self, bent: f64) -> f64 {
        self.knee.map_or(bent, |knee| bent.sinh() * knee)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scale: Scale, ticks: &[f64]) {
        let mut found = scale.ticks(40.0);
        found.sort_by(f64::total_cmp);
        assert_eq!(found.len(), ticks.len(), "{found:?}");
        for (found, tick) in found.iter().zip(ticks) {
            assert!((found - tick).abs() < 1e-9, "{found} instead of {tick}");
        }
    }

    #[test]
    fn ticks_are_round_have_room_and_hold_nothing() {
        check(
            Scale::new(-0.01, 0.06, 0.01, (0.0, 400.0)),
            &[-0.01, 0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
        );
        check(Scale::new(0.0, 9.0, 0.01, (0.0, 400.0)), &[0.0, 0.02, 0.1, 0.5, 2.0, 5.0]);
    }

    #[test]
    fn small_changes_beside_huge_ones_are_still_apart_and_nothing_leaves_the_edge() {
        let scale = Scale::new(-0.02, 1e19, 0.01, (100.0, 500.0));
        assert!(!scale.is_linear());
        assert!(scale.at(0.02) - scale.at(0.0) > 5.0);
        assert_eq!([scale.at(-5.0), scale.at(f64::INFINITY)], [100.0, 500.0]);
    }
}
