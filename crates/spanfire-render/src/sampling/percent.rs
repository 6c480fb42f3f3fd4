//! Shares and errors as people read them.

/// A part of the whole in percent, with three significant digits: `28.1 %`, `0.0372 %`.
pub(super) fn share(part: f64) -> String {
    format!("{} %", three_digits(100.0 * part))
}

/// A relative error without its sign: `12 %`, `0.8 %`, beyond ten times the truth `34 ×`.
pub(super) fn error(relative: f64) -> String {
    let percent = 100.0 * relative.abs();
    match percent {
        _ if !percent.is_finite() => "∞".to_owned(),
        1_000.0.. => format!("{:.0} ×", percent / 100.0),
        10.0.. => format!("{percent:.0} %"),
        _ => format!("{percent:.1} %"),
    }
}

/// Without trailing digits that say nothing, and never as a power of ten.
fn three_digits(value: f64) -> String {
    if value <= 0.0 {
        return "0".to_owned();
    }
    let decimals = (2 - value.log10().floor() as i32).clamp(0, 9) as usize;
    let digits = format!("{value:.decimals$}");
    match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_three_digits_however_small() {
        let shares = [1.0, 0.2814, 0.05, 0.000_372_4, 1.23e-7, 0.0].map(share);
        assert_eq!(shares, ["100 %", "28.1 %", "5 %", "0.0372 %", "0.0000123 %", "0 %"]);
    }

    #[test]
    fn errors_are_rounded_to_what_they_are_good_for() {
        let errors = [0.0, 0.0081, -1.0, 3.404, 52.1, f64::INFINITY].map(error);
        assert_eq!(errors, ["0.0 %", "0.8 %", "100 %", "340 %", "52 ×", "∞"]);
    }
}
