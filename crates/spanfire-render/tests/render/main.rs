//! What the renderers write, checked as a reader of the format would: every SVG is parsed by an
//! XML parser, every number in it is compared with the view it was drawn from.

mod fixture;
mod folded;
mod diff;
mod experiment;
mod flamegraph;
mod sampling;
mod threads;
mod request;

/// The bytes that a renderer writes, as text.
fn written(
    render: impl FnOnce(&mut dyn std::io::Write) -> Result<(), spanfire_render::Error>,
) -> String {
    let mut bytes = Vec::new();
    render(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Parses an SVG; fails where it is not well-formed.
#[track_caller]
fn parsed(svg: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    roxmltree::Document::parse_with_options(svg, options).unwrap()
}

/// The text of every element of this name, in order.
fn texts<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Vec<&'a str> {
    let elements = document
        .descendants()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", name)));
    elements.filter_map(|node| node.text()).collect()
}

/// A sink that takes nothing.
struct Full;

impl std::io::Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The drawing in a chart, without its style, a line per element.
fn drawing(svg: &str) -> String {
    let (_, drawing) = svg.split_once("</defs>\n").unwrap();
    drawing.split("<script").next().unwrap().replace("><", ">\n<")
}
