//! One file: rows that come one by one, written in row groups.
//!
//! Takes columns in Parquet's own notation and rows of values in the order of its leaves; keeps a row
//! group of them and writes it when it is large enough. The first columns of every file say whose rows they
//! are. Integers are delta-packed and hashes
//! and text from dictionaries, all compressed with zstd. The first refusal of the sink is remembered: a
//! visitor is told of a recording to its end.

use super::Sink;
use super::row::{Column, Row, TextId, Texts, Values};
use crate::error::Error;
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor};
use std::io;
use std::sync::Arc;

/// Rows in a row group: what readers give to one thread each.
const ROWS: usize = 1 << 17;

/// The first columns of every file.
const WHOSE: &str = "
    required binary process (STRING);
    required binary service (STRING);
    optional binary version (STRING);
    optional binary imported (STRING);";

/// Whose rows they are.
pub(super) struct Whose {
    /// One run of a program, which no other has.
    pub process: String,
    /// What it is a part of.
    pub service: String,
    /// Which version of that, where known.
    pub version: Option<String>,
    /// What the recording was imported from, and what that lacks, if a recorder did not write it.
    pub imported: Option<String>,
}

/// A file that is being written.
pub(super) struct Table<'a> {
    writer: Option<SerializedFileWriter<Sink<'a>>>,
    whose: [Option<TextId>; 4],
    refused: Option<Error>,
    columns: Vec<Column>,
    texts: Texts,
    rows: usize,
}

impl<'a> Table<'a> {
    /// A file with these columns after those that say whose rows they are.
    pub fn new(name: &str, columns: &str, whose: &Whose, sink: Sink<'a>) -> Table<'a> {
        let mut table = Table {
            writer: None,
            whose: [None; 4],
            refused: None,
            columns: Vec::new(),
            texts: Texts::default(),
            rows: 0,
        };
        let Whose { process, service, version, imported } = whose;
        table.whose = [Some(process), Some(service), version.as_ref(), imported.as_ref()]
            .map(|text| text.map(|text| table.text(text)));
        match begin(&format!("message {name} {{ {WHOSE} {columns} }}"), sink) {
            Ok(writer) => {
                let leaves = writer.schema_descr().columns().iter();
                table.columns = leaves.map(|leaf| Column::of(leaf)).collect();
                table.writer = Some(writer);
            }
            Err(error) => table.refused = Some(refusal(error)),
        }
        table
    }

    /// A text that many rows have.
    pub fn text(&mut self, text: &str) -> TextId {
        self.texts.add(text)
    }

    /// Adds a row: `fill` gives a value for each leaf of the columns, in their order.
    pub fn row(&mut self, fill: impl FnOnce(&mut Row<'_>)) {
        let mut row = Row { columns: self.columns.iter_mut(), texts: &mut self.texts };
        let [process, service, version, imported] = self.whose;
        [process, service].into_iter().flatten().for_each(|text| row.text(text));
        [version, imported].into_iter().for_each(|text| row.optional_text(text));
        fill(&mut row);
        self.rows += 1;
        let is_long = self.texts.are_long() || self.columns.iter().any(Column::is_long);
        if self.rows == ROWS || is_long {
            self.flush();
        }
    }

    /// Writes what is left, and the footer with these facts.
    pub fn finish(mut self, facts: &[(&str, String)]) -> Result<(), Error> {
        if self.rows > 0 {
            self.flush();
        }
        if let (None, Some(mut writer)) = (&self.refused, self.writer) {
            for (key, value) in facts {
                let key = format!("spanfire.{key}");
                writer.append_key_value_metadata(KeyValue::new(key, value.clone()));
            }
            return writer.close().map(|_| ()).map_err(refusal);
        }
        self.refused.map_or(Ok(()), Err)
    }

    fn flush(&mut self) {
        if let (None, Some(writer)) = (&self.refused, &mut self.writer) {
            let done = write_group(writer, &self.columns, &self.texts);
            self.refused = done.err().map(refusal);
        }
        self.columns.iter_mut().for_each(Column::clear);
        self.texts.clear();
        self.rows = 0;
    }
}

fn begin<'a>(schema: &str, sink: Sink<'a>) -> Result<SerializedFileWriter<Sink<'a>>, ParquetError> {
    let schema = Arc::new(parse_message_type(schema)?);
    let mut properties = WriterProperties::builder()
        .set_created_by(format!("spanfire version {}", env!("CARGO_PKG_VERSION")))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    let leaves = SchemaDescriptor::new(Arc::clone(&schema));
    for leaf in leaves.columns().iter().filter(|leaf| is_packed(leaf)) {
        let path = leaf.path().clone();
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    SerializedFileWriter::new(sink, schema, Arc::new(properties.build()))
}

/// Hashes repeat and are far apart; all other integers are near those before them.
fn is_packed(leaf: &ColumnDescriptor) -> bool {
    matches!(leaf.physical_type(), Type::INT64 | Type::INT32) && !leaf.name().ends_with("_hash")
}

fn write_group(
    writer: &mut SerializedFileWriter<Sink<'_>>,
    columns: &[Column],
    texts: &Texts,
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for column in columns {
        let Some(mut chunk) = group.next_column()? else { break };
        let (defined, repeated) = column.levels();
        match (chunk.untyped(), &column.values) {
            (ColumnWriter::Int64ColumnWriter(chunk), Values::Int64(values)) => {
                chunk.write_batch(values, defined, repeated)?
            }
            (ColumnWriter::Int32ColumnWriter(chunk), Values::Int32(values)) => {
                chunk.write_batch(values, defined, repeated)?
            }
            (ColumnWriter::BoolColumnWriter(chunk), Values::Bool(values)) => {
                chunk.write_batch(values, defined, repeated)?
            }
            (ColumnWriter::ByteArrayColumnWriter(chunk), Values::Text(values)) => {
                let values: Vec<ByteArray> = values.iter().map(|id| texts.get(*id)).collect();
                chunk.write_batch(&values, defined, repeated)?
            }
            _ => return Err(ParquetError::General("a column of another type".to_owned())),
        };
        chunk.close()?;
    }
    group.close().map(|_| ())
}

/// What the sink said, or else what the writer does.
fn refusal(error: ParquetError) -> Error {
    let error = match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    };
    error.into()
}
