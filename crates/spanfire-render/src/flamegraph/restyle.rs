//! Our style sheet in `inferno`'s picture.
//!
//! `inferno` has no dark mode and no option for a style of one's own. Its picture has one style
//! element near its start: ours is put at the end of it, where it wins. The rest passes unread.

use std::io::{self, Write};

const STYLE_END: &[u8] = b"</style>";

/// A sink that adds our rules to the first style element that passes.
pub(super) struct Restyle<W> {
    sink: W,
    /// What follows our rules.
    more: &'static str,
    /// What came so far, until the end of the style element is found.
    head: Option<Vec<u8>>,
}

impl<W: Write> Restyle<W> {
    /// Puts our rules in, and `more` behind them.
    pub(super) fn new(sink: W, more: &'static str) -> Self {
        Restyle { sink, more, head: Some(Vec::new()) }
    }
}

impl<W: Write> Write for Restyle<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(head) = &mut self.head else { return self.sink.write(bytes) };
        let searched = head.len().saturating_sub(STYLE_END.len());
        head.extend_from_slice(bytes);
        let end = head[searched..].windows(STYLE_END.len()).position(|window| window == STYLE_END);
        if let Some(end) = end {
            let (style, rest) = head.split_at(searched + end);
            self.sink.write_all(style)?;
            self.sink.write_all(include_bytes!("style.css"))?;
            self.sink.write_all(self.more.as_bytes())?;
            self.sink.write_all(rest)?;
            self.head = None;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(head) = self.head.take() {
            self.sink.write_all(&head)?;
        }
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn pass(pieces: &[&str]) -> String {
        let mut sink = Vec::new();
        let mut restyle = Restyle::new(&mut sink, "");
        for piece in pieces {
            restyle.write_all(piece.as_bytes()).unwrap();
        }
        restyle.flush().unwrap();
        String::from_utf8(sink).unwrap().replace(include_str!("style.css"), "[ours]")
    }

    #[test]
    fn our_rules_end_the_first_style_element_however_it_is_cut() {
        assert_eq!(
            pass(&["<style>a</st", "yle><g/></style>"]),
            "<style>a[ours]</style><g/></style>"
        );
        assert_eq!(pass(&["<style>a", "</", "style", ">"]), "<style>a[ours]</style>");
    }

    #[test]
    fn without_a_style_element_everything_passes() {
        assert_eq!(pass(&["<svg>", "</svg>"]), "<svg></svg>");
    }
}
