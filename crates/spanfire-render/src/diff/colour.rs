//! Colours that say how much something changed.
//!
//! White is no change, red is more, blue is less: the two hues that readers who do not tell red from
//! green tell apart, of about one lightness, so that neither looks like more. The depth of a colour is
//! the logarithm of the ratio, full at twice and at half. Everything carries dark text.

use crate::palette::Rgb;

/// Twice as much, or more.
pub(super) const MORE: Rgb = Rgb(0xee, 0x7a, 0x62);
/// Half as much, or less.
pub(super) const LESS: Rgb = Rgb(0x62, 0xa8, 0xdc);
/// No change.
pub(super) const SAME: Rgb = Rgb(0xff, 0xff, 0xff);

/// The palest colour of a change that counts, so that it is not taken for white.
const PALEST: f64 = 0.15;

/// The colour of `before → after`, of which changes below `threshold` do not count.
pub(super) fn colour(before: f64, after: f64, threshold: f64) -> Rgb {
    if before <= 0.0 && after <= 0.0 {
        return SAME;
    }
    let octaves = (after / before).log2();
    if octaves.abs() < (1.0 + threshold).log2() || octaves == 0.0 {
        return SAME;
    }
    let depth = PALEST + (1.0 - PALEST) * octaves.abs().min(1.0);
    mixed(if octaves > 0.0 { MORE } else { LESS }, depth)
}

/// `depth` of a colour, the rest white.
fn mixed(Rgb(r, g, b): Rgb, depth: f64) -> Rgb {
    let mix = |part: u8| (255.0 + (f64::from(part) - 255.0) * depth).round() as u8;
    Rgb(mix(r), mix(g), mix(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::contrast_of_text_on;

    #[test]
    fn more_is_red_less_is_blue_and_what_does_not_count_is_white() {
        assert_eq!(colour(10.0, 10.1, 0.02), SAME);
        assert_eq!(colour(10.0, 10.0, 0.0), SAME);
        assert_eq!(colour(0.0, 0.0, 0.02), SAME);
        assert_eq!(colour(10.0, 20.0, 0.02), MORE);
        assert_eq!(colour(10.0, 50.0, 0.02), MORE);
        assert_eq!(colour(0.0, 1.0, 0.02), MORE);
        assert_eq!(colour(20.0, 10.0, 0.02), LESS);
        assert_eq!(colour(20.0, 0.0, 0.02), LESS);
        let (some, much) = (colour(100.0, 103.0, 0.02), colour(100.0, 150.0, 0.02));
        assert!(some.1 < SAME.1 && much.1 < some.1);
    }

    /// WCAG 2 asks for 4.5.
    #[test]
    fn dark_text_has_contrast_on_every_change() {
        for after in [1.0, 5.0, 8.0, 10.0, 12.0, 15.0, 20.0] {
            let colour = colour(10.0, after, 0.0);
            assert!(contrast_of_text_on(colour) >= 4.5, "{after}: {colour}");
        }
    }
}
