//! Times as they are typed: `1.5s`, `300ms`, `20us`, `15ns`.

/// The time `typed` stands for, in ns; digits below a nanosecond are dropped. `None` if it is not
/// a decimal number followed by `ns`, `us`, `µs`, `ms`, `s` or `min`, or does not fit.
pub fn parse_ns(typed: &str) -> Option<u64> {
    let typed = typed.trim();
    let digits = typed.find(|char: char| !char.is_ascii_digit() && char != '.')?;
    let (number, unit) = typed.split_at(digits);
    let unit_ns = match unit.trim_start() {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "min" => 60_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(unit_ns)?.checked_add(fraction_ns(fraction, unit_ns))
}

/// `0.fraction` of a unit, in integers so that no rounding error shows. Eleven digits reach below a
/// nanosecond in every unit.
fn fraction_ns(fraction: &str, unit_ns: u64) -> u64 {
    let (mut parts, mut scale) = (0_u128, 1_u128);
    for digit in fraction.bytes().take(11) {
        parts = parts * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    (parts * u128::from(unit_ns) / scale) as u64
}

#[cfg(test)]
mod tests {
    use super::parse_ns;

    #[test]
    fn every_unit_is_exact() {
        let typed = ["1.5s", "300ms", "20us", "20 µs", "15ns", "2min", "0.000000001s", "1.9ns"];
        let ns = typed.map(|typed| parse_ns(typed).unwrap());
        let expected = [1_500_000_000, 300_000_000, 20_000, 20_000, 15, 120_000_000_000, 1, 1];
        assert_eq!(ns, expected);
    }

    #[test]
    fn what_is_not_a_number_and_a_unit_is_refused() {
        let typed = ["", "5", "s", ".5s", "5.s", "1.2.3s", "-1s", "1e3s", "5 minutes", "1s2ms"];
        for typed in typed {
            assert_eq!(parse_ns(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(parse_ns("18446744073709551615ns"), Some(u64::MAX));
        assert_eq!(parse_ns("18446744073709551616ns"), None);
        assert_eq!(parse_ns("18446744073710s"), None);
    }
}
