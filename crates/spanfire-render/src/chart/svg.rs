//! The few pieces of SVG that a chart is made of, written with every text escaped.

use std::fmt::{self, Display, Write};

/// SVG markup in the making.
#[derive(Default)]
pub(crate) struct Svg {
    markup: String,
}

impl Svg {
    /// Markup as it stands; what comes from a recording goes through [`text`](Self::text),
    /// [`title`](Self::title) or [`Escaped`] instead.
    pub(crate) fn raw(&mut self, markup: fmt::Arguments<'_>) {
        // Writing to a `String` cannot fail.
        let _ = self.markup.write_fmt(markup);
    }

    /// A line of text whose baseline starts at `x`, `y`.
    pub(crate) fn text(&mut self, class: &str, x: f64, y: f64, text: &str) {
        self.raw(format_args!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
            Px(x),
            Px(y),
            Escaped(text)
        ));
    }

    /// The tooltip of the element that was opened last.
    pub(crate) fn title(&mut self, text: &str) {
        self.raw(format_args!("<title>{}</title>", Escaped(text)));
    }

    /// An empty rectangle; `class` is one or more names.
    pub(crate) fn rect(&mut self, class: &str, area: Area) {
        self.raw(format_args!("<rect class=\"{class}\" {area}/>"));
    }

    pub(crate) fn into_markup(self) -> String {
        self.markup
    }
}

/// A place on the picture, in px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Area { x, y, width, height } = *self;
        write!(f, "x=\"{}\" y=\"{}\" ", Px(x), Px(y))?;
        write!(f, "width=\"{}\" height=\"{}\"", Px(width), Px(height))
    }
}

/// A length in px with at most two decimals and none that say nothing.
pub(crate) struct Px(pub f64);

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Text as XML takes it: markup escaped, what XML cannot hold replaced by `�`.
pub(crate) struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\n' | '\t' => f.write_char(char)?,
                '\u{fffe}' | '\u{ffff}' => f.write_char('\u{fffd}')?,
                _ if char.is_control() => f.write_char('\u{fffd}')?,
                _ => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_recording_stays_text() {
        let escaped = Escaped("</text><script>\"&\0\u{ffff}\n").to_string();
        assert_eq!(escaped, "&lt;/text&gt;&lt;script&gt;&quot;&amp;\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn lengths_carry_no_idle_digits() {
        let lengths = [0.0, 1.0, 100.0, 0.125, 12.5, 0.004].map(|length| Px(length).to_string());
        assert_eq!(lengths, ["0", "1", "100", "0.12", "12.5", "0"]);
    }
}
