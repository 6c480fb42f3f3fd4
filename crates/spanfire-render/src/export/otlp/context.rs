//! What identifies a span among those of all processes, and how a request says which trace it is of.

use crate::export::ids::Ids;
use spanfire_views::{RequestId, SpanNumber};

/// A trace, and what its beginning says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub id: u128,
    /// The span of another process that the request descends from.
    pub remote: Option<u64>,
    /// The flags that came with it.
    pub flags: u8,
}

/// A span of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Context {
    pub trace: u128,
    pub span: u64,
}

/// The trace of a request that does not say which one it is of.
pub(super) fn own_trace(ids: Ids, request: RequestId) -> Trace {
    let halves = [ids.id(1, request.0), ids.id(2, request.0)].map(u128::from);
    Trace { id: halves[0] << 64 | halves[1], remote: None, flags: 0 }
}

/// The id of a span.
pub(super) fn span_id(ids: Ids, span: SpanNumber) -> u64 {
    ids.id(3, span.0)
}

impl Trace {
    /// What a `traceparent` says (W3C Trace Context, section 3.2), or nothing if it is not one.
    pub fn parse(traceparent: &str) -> Option<Trace> {
        // As `Debug` of a string writes it, too.
        let text = traceparent.trim_matches('"');
        let hex = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            let lower = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            digits.bytes().all(lower).then_some(digits)
        };
        let version = hex(0, 2)?;
        let whole = match version {
            "ff" => false,
            "00" => text.len() == 55,
            _ => text.len() == 55 || text.as_bytes().get(55) == Some(&b'-'),
        };
        let dashes = [2, 35, 52].iter().all(|&at| text.as_bytes().get(at) == Some(&b'-'));
        let id = u128::from_str_radix(hex(3, 35)?, 16).ok()?;
        let remote = u64::from_str_radix(hex(36, 52)?, 16).ok()?;
        let flags = u8::from_str_radix(hex(53, 55)?, 16).ok()?;
        (whole && dashes && id != 0 && remote != 0).then_some(Trace {
            id,
            remote: Some(remote),
            flags,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_names_a_trace_a_span_and_flags() {
        let parsed = Trace {
            id: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            remote: Some(0x00f0_67aa_0ba9_02b7),
            flags: 1,
        };
        assert_eq!(Trace::parse(EXAMPLE), Some(parsed));
        assert_eq!(Trace::parse(&format!("{EXAMPLE:?}")), Some(parsed));
        assert_eq!(Trace::parse(&EXAMPLE.replacen("00", "01", 1)), Some(parsed));
        assert_eq!(Trace::parse(&format!("01{}-more", &EXAMPLE[2..])), Some(parsed));
    }

    #[test]
    fn what_is_not_a_traceparent_is_passed_over() {
        let wrong = [
            String::new(),
            EXAMPLE.to_uppercase(),
            EXAMPLE.replacen("00", "ff", 1),
            EXAMPLE.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            EXAMPLE.replace("00f067aa0ba902b7", &"0".repeat(16)),
            EXAMPLE.replace("-01", "_01"),
            EXAMPLE.replace("-01", "-1"),
            format!("{EXAMPLE}-more"),
            format!("01{}more", &EXAMPLE[2..]),
            EXAMPLE.replace("4b", "é"),
        ];
        for text in wrong {
            assert_eq!(Trace::parse(&text), None, "{text}");
        }
    }
}
