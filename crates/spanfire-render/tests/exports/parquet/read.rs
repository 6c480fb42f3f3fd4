//! Tables, read by the record reader of the parquet crate.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::parser::parse_message_type;
use serde_json::{Map, Value};
use std::io::{Seek, Write};

/// The rows of one table, each an object of its columns.
pub type Rows = Vec<Map<String, Value>>;

/// The rows of a file.
pub fn rows(bytes: &[u8]) -> Result<Rows, String> {
    columns(bytes, None)
}

/// The rows of a file, with these columns alone.
pub fn columns(bytes: &[u8], schema: Option<&str>) -> Result<Rows, String> {
    let schema = schema.map(|schema| parse_message_type(schema).expect("a schema"));
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).and_then(|()| file.rewind()).expect("it takes everything");
    let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
    let rows = reader.get_row_iter(schema).map_err(|error| error.to_string())?;
    rows.map(|row| row.map(|row| object(&row)).map_err(|error| error.to_string())).collect()
}

fn object(row: &Row) -> Map<String, Value> {
    row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect()
}

/// Maps are lists of pairs, as they are written.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(value) => (*value).into(),
        Field::Short(value) => (*value).into(),
        Field::Long(value) => (*value).into(),
        Field::Str(value) => value.as_str().into(),
        Field::Group(row) => object(row).into(),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        Field::MapInternal(map) => {
            map.entries().iter().map(|(key, of)| Value::from(vec![value(key), value(of)])).collect()
        }
        other => panic!("a type that no column has: {other:?}"),
    }
}

/// The number in a column.
pub fn int(row: &Map<String, Value>, column: &str) -> i64 {
    row[column].as_i64().unwrap_or_else(|| panic!("{column} is {}", row[column]))
}

/// The number in a column that is never below zero.
pub fn number(row: &Map<String, Value>, column: &str) -> u64 {
    int(row, column).try_into().unwrap_or_else(|_| panic!("{column} is below zero"))
}

/// The text in a column.
pub fn text<'r>(row: &'r Map<String, Value>, column: &str) -> &'r str {
    row[column].as_str().unwrap_or_else(|| panic!("{column} is {}", row[column]))
}

/// How many were in each bucket.
pub fn histogram(row: &Map<String, Value>) -> Vec<(i64, u64)> {
    let buckets = row["histogram"].as_array().expect("a list");
    let pair = |bucket: &Value| {
        let bucket = bucket.as_object().expect("a struct");
        (int(bucket, "bucket"), number(bucket, "count"))
    };
    buckets.iter().map(pair).collect()
}
