//! An experiment as a page, and as a part of a report.
//!
//! Both hold the picture and the table. The page needs no script: what it shows is all there is.

use super::{Tried, picture, text};
use crate::Error;
use crate::chart::svg::Escaped;
use crate::tables::printable;
use serde::Serialize;
use std::io::{self, Write};

const STYLE: &str = include_str!("page.css");

/// Writes one HTML page that needs nothing else.
pub fn page(tried: &Tried, sink: &mut dyn Write) -> Result<(), Error> {
    let subject = printable(&tried.subject);
    write!(
        sink,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>What measuring costs {0} – spanfire</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<div class=\"wide\">\n{1}</div>\n<div class=\"wide\">\n<table>\n<thead><tr>",
        Escaped(&subject),
        picture::markup(tried),
    )?;
    let (header, rows) = text::table(tried);
    for name in header {
        write!(sink, "<th scope=\"col\">{name}</th>")?;
    }
    writeln!(sink, "</tr></thead>\n<tbody>")?;
    for row in rows {
        write!(sink, "<tr>")?;
        for cell in row {
            write!(sink, "<td>{}</td>", Escaped(&cell))?;
        }
        writeln!(sink, "</tr>")?;
    }
    writeln!(sink, "</tbody>\n</table>\n</div>\n</body>\n</html>")?;
    Ok(sink.flush()?)
}

/// What the viewer shows of an experiment.
#[derive(Serialize)]
struct Part<'a> {
    subject: &'a str,
    svg: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// The same for the viewer, as JSON.
pub(crate) fn part(tried: &Tried) -> Result<Vec<u8>, Error> {
    let (columns, rows) = text::table(tried);
    let part = Part { subject: &tried.subject, svg: picture::markup(tried), columns, rows };
    Ok(serde_json::to_vec(&part).map_err(io::Error::from)?)
}
