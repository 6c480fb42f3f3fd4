//! A line of a sample's call chain: `7f6b2 symbol+0x1f (/usr/lib/libc.so.6)`.

use crate::callsites::Frame;

/// The frame of a line, or `None` if it is none, as are the places in the source that some print between frames.
pub(super) fn frame(line: &str) -> Option<Frame<'_>> {
    let line = line.trim();
    let (address, rest) = line.split_once(' ').unwrap_or((line, ""));
    let is_address = !address.is_empty()
        && address.len() <= 16
        && address.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_address {
        return None;
    }
    let (symbol, object) = symbol_and_object(rest.trim());
    let name = match without_offset(symbol) {
        "" => address,
        name => name,
    };
    Some(Frame { name, target: file_name(object), ..Frame::default() })
}

fn symbol_and_object(text: &str) -> (&str, &str) {
    let Some(inner) = text.strip_suffix(')') else { return (text, "") };
    // Of a library that was replaced while it ran.
    let inner = inner.strip_suffix(" (deleted)").unwrap_or(inner);
    match inner.rfind('(') {
        Some(0) => ("", &inner[1..]),
        Some(at) if inner[..at].ends_with(' ') => (inner[..at].trim_end(), &inner[at + 1..]),
        _ => (text, ""),
    }
}

fn without_offset(symbol: &str) -> &str {
    match symbol.rsplit_once("+0x") {
        Some((name, offset)) if offset.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => symbol,
    }
}

/// The object's file name; nothing for what is not known, or inlined into the frame around it.
fn file_name(object: &str) -> &str {
    match object {
        "[unknown]" | "inlined" => "",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[track_caller]
    fn check(line: &str, name: &str, target: &str) {
        let frame = frame(line).unwrap();
        assert_eq!((frame.name, frame.target), (name, target));
    }

    #[test]
    fn symbols_keep_their_own_brackets() {
        check("\t 117a inner+0x11 (/tmp/tiny)", "inner", "tiny");
        check(
            "ffff8 a::b(int (*)(char)) const+0x1 (/lib/c d.so)",
            "a::b(int (*)(char)) const",
            "c d.so",
        );
        check("ffff8 do_idle ([kernel.kallsyms])", "do_idle", "[kernel.kallsyms]");
        check("7f3 gone+0x2 (/tmp/x.so (deleted))", "gone", "x.so");
        check("7f3 small (inlined)", "small", "");
    }

    #[test]
    fn what_has_no_symbol_is_called_what_is_there() {
        check("7f3 [unknown] ([unknown])", "[unknown]", "");
        check("7f3", "7f3", "");
    }

    #[test]
    fn places_in_the_source_are_no_frames() {
        assert!(frame("  tiny.c:4").is_none());
        assert!(frame("").is_none());
    }
}
