//! Bytes as text that any page can hold: seven bits a character.
//!
//! Base64 makes eight bytes of six and costs a third. A page that is read as UTF-8, windows-1252 or
//! any other superset of ASCII keeps all of ASCII as it is but NUL, which becomes U+FFFD, and CR,
//! which becomes LF; and in a script element `<` may end it. So bytes are cut into groups of seven
//! bits, the lowest first, and those three and the escape itself stand as an escape and a letter:
//! 18 % over the bytes. (A page in a single-byte encoding would come to 2 %, but a server that
//! says UTF-8 would break it.)

/// Stands before a letter for what cannot stand itself.
const ESCAPE: u8 = b'\\';
/// What cannot stand itself, and the letter for it.
const ESCAPED: [(u8, u8); 4] = [(0, b'0'), (b'\r', b'r'), (b'<', b'l'), (ESCAPE, b'e')];

/// `bytes` as text.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(bytes.len() * 6 / 5);
    let (mut bits, mut held) = (0u32, 0);
    for &byte in bytes {
        bits |= u32::from(byte) << held;
        held += 8;
        while held >= 7 {
            push(&mut text, (bits & 0x7f) as u8);
            bits >>= 7;
            held -= 7;
        }
    }
    if held > 0 {
        push(&mut text, bits as u8);
    }
    text.into_iter().map(char::from).collect()
}

fn push(text: &mut Vec<u8>, group: u8) {
    match ESCAPED.iter().find(|escaped| escaped.0 == group) {
        Some(&(_, letter)) => text.extend([ESCAPE, letter]),
        None => text.push(group),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Vec<u8> {
        let mut letters = text.bytes();
        let groups = std::iter::from_fn(|| match letters.next()? {
            ESCAPE => letters.next().and_then(|letter| {
                ESCAPED.iter().find(|escaped| escaped.1 == letter).map(|escaped| escaped.0)
            }),
            group => Some(group),
        });
        let bits: Vec<bool> =
            groups.flat_map(|group| (0..7).map(move |bit| group >> bit & 1 == 1)).collect();
        let bytes = bits.chunks_exact(8);
        bytes
            .map(|bits| bits.iter().rev().fold(0, |byte, &bit| byte << 1 | u8::from(bit)))
            .collect()
    }

    #[test]
    fn any_bytes_become_text_without_what_a_page_would_change() {
        let bytes: Vec<u8> = (0..=255u8).chain((0..=255).rev()).cycle().take(5000).collect();
        for length in [0, 1, 6, 7, 8, 5000] {
            let text = encode(&bytes[..length]);
            assert!(text.is_ascii() && !text.contains(['\0', '\r', '<']));
            assert_eq!(decode(&text)[..length], bytes[..length]);
        }
        assert!(encode(&bytes).len() <= bytes.len() * 5 / 4);
    }
}
