//! A time among those it was divided by, to the nanosecond.

/// Divides `whole` in the ratio of `parts`: each gets its share rounded down, and what is left goes
/// one by one to those that lost most by that, the earlier of two equal ones first. The shares add
/// up to `whole`, unless all parts are 0.
pub(super) fn divide(whole: u64, parts: &[u64]) -> Vec<u64> {
    let sum: u128 = parts.iter().map(|&part| u128::from(part)).sum();
    if sum == 0 {
        return vec![0; parts.len()];
    }
    let product = |part: u64| u128::from(whole) * u128::from(part);
    // No share is larger than the whole.
    let mut shares: Vec<u64> = parts.iter().map(|&part| (product(part) / sum) as u64).collect();
    let given: u64 = shares.iter().sum();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(product(parts[index]) % sum));
    // Fewer are left than there are parts with a remainder.
    for &index in order.iter().take((whole - given) as usize) {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::divide;
    use proptest::prelude::*;

    #[test]
    fn what_rounding_leaves_goes_to_those_that_lost_most() {
        assert_eq!(divide(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(divide(100, &[2, 1, 0]), [67, 33, 0]);
        assert_eq!(divide(2, &[1, 5]), [0, 2]);
        assert_eq!(divide(u64::MAX, &[u64::MAX, u64::MAX]), [u64::MAX / 2 + 1, u64::MAX / 2]);
        assert_eq!(divide(7, &[0]), [0]);
    }

    proptest! {
        #[test]
        fn shares_add_up_and_are_right_to_less_than_one(
            whole: u64,
            parts in prop::collection::vec(0..1_000_000u64, 1..20),
        ) {
            let sum: u64 = parts.iter().sum();
            prop_assume!(sum > 0);
            let shares = divide(whole, &parts);
            prop_assert_eq!(shares.iter().map(|&share| u128::from(share)).sum::<u128>(), u128::from(whole));
            for (share, part) in shares.iter().zip(&parts) {
                let exact = u128::from(whole) * u128::from(*part);
                let off = (u128::from(*share) * u128::from(sum)).abs_diff(exact);
                prop_assert!(off < u128::from(sum));
            }
        }
    }
}
