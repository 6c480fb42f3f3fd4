//! Whether a text fits, without a font at hand.
//!
//! Widths are estimated per character class of a proportional sans-serif font, on the wide side,
//! so that a label may end early but never runs out of its bar.

/// The width that `text` takes at a font size, both in px.
pub(crate) fn width(text: &str, font_size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * font_size
}

/// `text`, or as much of its beginning as fits with an ellipsis, or nothing where not even two
/// characters would be left.
pub(crate) fn fitted(text: &str, room: f64, font_size: f64) -> Option<String> {
    if width(text, font_size) <= room {
        return (!text.is_empty()).then(|| text.to_owned());
    }
    let mut left = room / font_size - em('…');
    let kept: String = text
        .chars()
        .take_while(|&char| {
            left -= em(char);
            left >= 0.0
        })
        .collect();
    (kept.chars().count() >= 2).then(|| format!("{}…", kept.trim_end()))
}

fn em(char: char) -> f64 {
    match char {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.30,
        ' ' | 'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | '-' | '"' => 0.40,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '→' => 0.95,
        'A'..='Z' | '&' | '<' | '>' | '=' | '+' | '~' => 0.72,
        '\u{0}'..='\u{10ff}' => 0.61,
        _ => 1.05,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_room_is_kept_whole() {
        assert_eq!(fitted("query", 100.0, 11.0).as_deref(), Some("query"));
    }

    #[test]
    fn a_text_without_room_ends_in_an_ellipsis_and_never_exceeds_it() {
        let name = "a_rather_long_function_name";
        for room in 0..300 {
            if let Some(label) = fitted(name, f64::from(room), 11.0) {
                assert!(width(&label, 11.0) <= f64::from(room), "{label} in {room} px");
                assert!(label.chars().count() >= 3);
            }
        }
        assert_eq!(fitted(name, 60.0, 11.0).as_deref(), Some("a_rather…"));
    }

    #[test]
    fn no_room_and_no_text_give_no_label() {
        assert_eq!(fitted("query", 8.0, 11.0), None);
        assert_eq!(fitted("", 100.0, 11.0), None);
    }
}
