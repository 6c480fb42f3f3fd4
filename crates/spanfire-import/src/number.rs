//! Decimal numbers, exactly.

/// A decimal number times `scale`, rounded to the nearest integer, and whether that is exact. `None` if `text` is not
/// digits with at most one point among them, or more than 64 bits hold.
pub(crate) fn scaled(text: &str, scale: u64) -> Option<(u64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    // Of the fraction as many digits as make a difference, and no more than there is room for.
    let kept = &fraction[..fraction.len().min(18)];
    let ten = 10u128.pow(kept.len() as u32);
    let part = if kept.is_empty() { 0 } else { kept.parse::<u128>().ok()? };
    let value = u128::from(whole.parse::<u64>().ok()?).checked_mul(ten)?.checked_add(part)?;
    let value = value.checked_mul(u128::from(scale))?;
    let rounded = value.checked_add(ten / 2)? / ten;
    Some((u64::try_from(rounded).ok()?, value % ten == 0))
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn decimals_are_read_exactly_and_rounded_once() {
        assert_eq!(scaled("12", 1), Some((12, true)));
        assert_eq!(scaled("12.5", 1), Some((13, false)));
        assert_eq!(scaled("4242.123456789", 1_000_000_000), Some((4_242_123_456_789, true)));
        assert_eq!(scaled("18446744073709551615", 1), Some((u64::MAX, true)));
    }

    #[test]
    fn what_is_no_number_or_too_large_is_none() {
        for text in ["", ".5", "-1", "1e3", "1.2.3", "99999999999999999999", "0x1", "1 "] {
            assert_eq!(scaled(text, 1), None, "{text:?}");
        }
        assert_eq!(scaled("18446744073709551615", 2), None);
    }
}
