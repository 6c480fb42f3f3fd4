//! One colour per callsite, the same in every picture of every recording.
//!
//! The hue says the crate, the shade says the name: neighbours of one crate stay apart without a
//! legend. Where all spans are of one crate its hue would say nothing, so there the hue says the name
//! too. Both come from a hash of the text alone, so that two recordings of one program, and
//! its chart and its flamegraph, agree. The hues are Paul Tol's "light" scheme, made to be told
//! apart by colour-blind readers and to carry dark text (<https://personal.sron.nl/~pault/>).

use spanfire_recording::{Callsite, CallsiteKind};
use std::fmt;

/// A colour, written as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rgb(pub u8, pub u8, pub u8);

/// What belongs to no span.
pub(crate) const NO_SPAN: Rgb = Rgb(0xdd, 0xdd, 0xdd);

const HUES: [Rgb; 8] = [
    Rgb(0x77, 0xaa, 0xdd),
    Rgb(0xee, 0x88, 0x66),
    Rgb(0x44, 0xbb, 0x99),
    Rgb(0xee, 0xdd, 0x88),
    Rgb(0xff, 0xaa, 0xbb),
    Rgb(0x99, 0xdd, 0xff),
    Rgb(0xbb, 0xcc, 0x33),
    Rgb(0xaa, 0xaa, 0x00),
];

/// How far a shade goes towards white, or below zero towards black, in percent.
const SHADES: [i32; 5] = [0, 12, 24, -6, -12];

/// What the hues of one recording's pictures stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Palette {
    ByCrate,
    ByName,
}

impl Palette {
    /// The palette of all pictures of a recording with these callsites.
    pub fn of(callsites: &[Callsite]) -> Palette {
        let mut crates = callsites
            .iter()
            .filter(|site| site.kind == CallsiteKind::Span)
            .map(Callsite::crate_name);
        let first = crates.next();
        if crates.any(|name| Some(name) != first) { Palette::ByCrate } else { Palette::ByName }
    }

    /// The colour of a callsite.
    pub fn colour(self, callsite: &Callsite) -> Rgb {
        let hash = hash(&callsite.name);
        let shade = SHADES[(hash % SHADES.len() as u64) as usize];
        let hue = match self {
            Palette::ByCrate => crate_colour(callsite.crate_name()),
            Palette::ByName => HUES[(hash / SHADES.len() as u64 % HUES.len() as u64) as usize],
        };
        shaded(hue, shade)
    }
}

/// The hue of a crate.
pub(crate) fn crate_colour(crate_name: &str) -> Rgb {
    HUES[(hash(crate_name) % HUES.len() as u64) as usize]
}

fn shaded(Rgb(r, g, b): Rgb, percent: i32) -> Rgb {
    let towards = if percent < 0 { 0 } else { 255 };
    let mix = |part: u8| {
        let part = i32::from(part);
        (part + (towards - part) * percent.abs() / 100) as u8
    };
    Rgb(mix(r), mix(g), mix(b))
}

/// FNV-1a with its bits mixed once more at the end, because only the remainder is used. It starts
/// from a value under which the crates most often seen side by side get different hues.
fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xcbf2_9ce4_8422_2322_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd) >> 32
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The contrast of dark text on a colour, as WCAG 2 defines it.
#[cfg(test)]
pub(crate) fn contrast_of_text_on(colour: Rgb) -> f64 {
    let luminance = |Rgb(r, g, b): Rgb| {
        let linear = |part: u8| match f64::from(part) / 255.0 {
            part if part <= 0.04045 => part / 12.92,
            part => ((part + 0.055) / 1.055).powf(2.4),
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    };
    (luminance(colour) + 0.05) / (luminance(Rgb(0x1b, 0x1f, 0x24)) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_keeps_its_hue_from_release_to_release() {
        let hues =
            ["tower_http", "sqlx", "hyper", "axum"].map(|name| crate_colour(name).to_string());
        assert_eq!(hues, ["#ffaabb", "#eedd88", "#77aadd", "#44bb99"]);
    }

    #[test]
    fn hues_tell_crates_apart_or_in_a_recording_of_one_crate_names() {
        let site = |target: &str, name: &str| Callsite {
            name: name.into(),
            target: target.into(),
            file: None,
            line: None,
            level: spanfire_recording::Level::Info,
            kind: CallsiteKind::Span,
            fields: Vec::new(),
        };
        let one = [site("app::web", "load"), site("app::store", "render")];
        assert_eq!(Palette::of(&one), Palette::ByName);
        assert_ne!(Palette::ByName.colour(&one[0]), Palette::ByName.colour(&one[1]));
        assert_eq!(Palette::of(&[one[0].clone(), site("sqlx", "query")]), Palette::ByCrate);
        assert_eq!(Palette::of(&[]), Palette::ByName);
    }

    /// WCAG 2 asks for 4.5.
    #[test]
    fn dark_text_has_contrast_on_every_colour() {
        for hue in HUES.into_iter().chain([NO_SPAN]) {
            for shade in SHADES {
                let contrast = contrast_of_text_on(shaded(hue, shade));
                assert!(contrast >= 4.5, "{hue} shaded by {shade} %: {contrast}");
            }
        }
    }
}
