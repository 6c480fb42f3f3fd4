//! Text from a recording, made safe for a terminal.

/// `text` without anything that a terminal obeys instead of showing: control characters, and those
/// that change the direction of writing, are written as escapes (`\n`, `\u{1b}`).
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match is_obeyed(char) {
            true => shown.extend(char.escape_default()),
            false => shown.push(char),
        }
    }
    shown
}

fn is_obeyed(char: char) -> bool {
    let turns_writing = matches!(char,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    char.is_control() || turns_writing || matches!(char, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_the_rest_is_kept() {
        assert_eq!(printable("a\u{1b}[31m\nb\t\u{202e}ß→"), "a\\u{1b}[31m\\nb\\t\\u{202e}ß→");
    }
}
