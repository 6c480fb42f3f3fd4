//! Recorded fields, as a JSON object and as a line of text.

use super::printable;
use serde::ser::{Serialize, SerializeMap, Serializer};
use spanfire_recording::{Field, Value};

/// Fields as a JSON object in recorded order, each value in its own type. A float that JSON has no
/// number for becomes the text `NaN`, `inf` or `-inf`.
pub(super) struct FieldObject<'a>(pub &'a [Field]);

impl Serialize for FieldObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for field in self.0 {
            let name = field.name.as_str();
            match &field.value {
                Value::Bool(value) => map.serialize_entry(name, value)?,
                Value::I64(value) => map.serialize_entry(name, value)?,
                Value::U64(value) => map.serialize_entry(name, value)?,
                Value::F64(value) if value.is_finite() => map.serialize_entry(name, value)?,
                Value::F64(value) => map.serialize_entry(name, &value.to_string())?,
                Value::Text(value) => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

/// Fields as `method=GET uri="/a b"`: a value is quoted where it would not read as one word.
pub(crate) fn line(fields: &[Field]) -> String {
    let words: Vec<String> = fields
        .iter()
        .map(|field| format!("{}={}", printable(&field.name), word(&field.value)))
        .collect();
    words.join(" ")
}

fn word(value: &Value) -> String {
    let text = value.to_string();
    let plain = !text.is_empty() && !text.contains([' ', '"', '=']);
    match plain {
        true => printable(&text),
        false => format!("\"{}\"", printable(&text.replace('"', "\\\""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, value: Value) -> Field {
        Field { name: name.to_owned(), value }
    }

    #[test]
    fn a_line_quotes_only_what_is_not_one_word() {
        let fields = [
            field("method", Value::Text("GET".to_owned())),
            field("uri", Value::Text("/a \"b\"".to_owned())),
            field("status", Value::U64(200)),
            field("user", Value::Text(String::new())),
        ];
        assert_eq!(line(&fields), r#"method=GET uri="/a \"b\"" status=200 user="""#);
    }

    #[test]
    fn an_object_keeps_order_and_types() {
        let fields = [
            field("z", Value::I64(-1)),
            field("a", Value::Bool(true)),
            field("nan", Value::F64(f64::NAN)),
            field("half", Value::F64(0.5)),
        ];
        let json = serde_json::to_string(&FieldObject(&fields)).unwrap();
        assert_eq!(json, r#"{"z":-1,"a":true,"nan":"NaN","half":0.5}"#);
    }
}
