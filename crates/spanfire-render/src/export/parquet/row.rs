//! One row group: columns of values, filled row by row.

use parquet::basic::Type;
use parquet::data_type::ByteArray;
use parquet::schema::types::ColumnDescriptor;
use rustc_hash::FxHashMap;
use spanfire_views::Ran;

/// A row group with long lists ends earlier: so many values in one column.
const VALUES: usize = 1 << 20;

/// A row group with long texts ends earlier: so many bytes of different ones.
const TEXT_BYTES: usize = 16 << 20;

/// One leaf of the schema, in the rows since the last row group.
pub(super) struct Column {
    /// Those that are there.
    pub values: Values,
    /// Whether a value may be missing, or be any number of values.
    levels: bool,
    defined: Vec<i16>,
    repeated: Vec<i16>,
}

/// The values of a column, by their type.
pub(super) enum Values {
    Int64(Vec<i64>),
    Int32(Vec<i32>),
    Bool(Vec<bool>),
    Text(Vec<TextId>),
}

/// A text of a table.
#[derive(Clone, Copy, Default)]
pub(super) struct TextId(u32);

/// The different texts of a row group, after those of the whole table.
#[derive(Default)]
pub(super) struct Texts {
    all: Vec<ByteArray>,
    of_table: usize,
    known: FxHashMap<Box<str>, TextId>,
    bytes: usize,
}

/// A row that is being filled.
pub(super) struct Row<'t> {
    /// Those that still lack a value.
    pub columns: std::slice::IterMut<'t, Column>,
    /// What texts stand for.
    pub texts: &'t mut Texts,
}

impl Row<'_> {
    /// An integer.
    pub fn int(&mut self, value: i64) {
        self.next(|column, _| column.int(value));
    }

    /// A number that has no sign, and is never so large that it needs the last bit.
    pub fn number(&mut self, value: u64) {
        self.int(signed(value));
    }

    /// An integer, or none.
    pub fn optional(&mut self, value: Option<i64>) {
        self.next(|column, _| {
            column.level(value.is_some(), false);
            value.into_iter().for_each(|value| column.int(value));
        });
    }

    /// Two integers, or none.
    pub fn ran(&mut self, ran: Option<Ran>) {
        self.optional(ran.map(|ran| signed(ran.cpu_ns)));
        self.optional(ran.map(|ran| signed(ran.blocked_ns)));
    }

    /// Yes or no.
    pub fn bool(&mut self, value: bool) {
        self.next(|column, _| {
            if let Values::Bool(values) = &mut column.values {
                values.push(value);
            }
        });
    }

    /// A text of the table.
    pub fn text(&mut self, text: TextId) {
        self.next(|column, _| column.text(text));
    }

    /// A text of the table, or none.
    pub fn optional_text(&mut self, text: Option<TextId>) {
        self.next(|column, _| {
            column.level(text.is_some(), false);
            text.into_iter().for_each(|text| column.text(text));
        });
    }

    /// A text of this row group.
    pub fn new_text(&mut self, text: &str) {
        self.next(|column, texts| column.text(texts.id(text)));
    }

    /// A text of this row group, or none.
    pub fn new_optional_text(&mut self, text: Option<&str>) {
        let text = text.map(|text| self.texts.id(text));
        self.optional_text(text);
    }

    /// A list of numbers.
    pub fn numbers(&mut self, values: impl Iterator<Item = u64>) {
        self.next(|column, _| column.list(values, |column, value| column.int(signed(value))));
    }

    /// A list of texts of the table.
    pub fn texts(&mut self, texts: impl Iterator<Item = TextId>) {
        self.next(|column, _| column.list(texts, Column::text));
    }

    /// A map of texts, whose keys differ.
    pub fn map<'m>(&mut self, entries: impl Iterator<Item = (&'m str, String)> + Clone) {
        let keys = entries.clone().map(|(key, _)| key);
        self.next(|column, texts| {
            column.list(keys, |column, key| column.text(texts.id(key)));
        });
        self.next(|column, texts| {
            column.list(entries, |column, (_, value)| column.text(texts.id(&value)));
        });
    }

    /// A list of pairs, the first of which is small.
    pub fn pairs(&mut self, pairs: &[(i16, i64)]) {
        self.next(|column, _| {
            column.list(pairs.iter(), |column, (small, _)| {
                if let Values::Int32(values) = &mut column.values {
                    values.push(i32::from(*small));
                }
            });
        });
        self.next(|column, _| {
            column.list(pairs.iter(), |column, (_, value)| column.int(*value));
        });
    }

    fn next(&mut self, push: impl FnOnce(&mut Column, &mut Texts)) {
        if let Some(column) = self.columns.next() {
            push(column, self.texts);
        }
    }
}

/// The same number; nothing that is recorded is above 2⁶³.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Column {
    /// That of a leaf, empty.
    pub fn of(leaf: &ColumnDescriptor) -> Column {
        let values = match leaf.physical_type() {
            Type::INT64 => Values::Int64(Vec::new()),
            Type::INT32 => Values::Int32(Vec::new()),
            Type::BOOLEAN => Values::Bool(Vec::new()),
            _ => Values::Text(Vec::new()),
        };
        let levels = leaf.max_def_level() > 0;
        Column { values, levels, defined: Vec::new(), repeated: Vec::new() }
    }

    fn int(&mut self, value: i64) {
        if let Values::Int64(values) = &mut self.values {
            values.push(value);
        }
    }

    fn text(&mut self, text: TextId) {
        if let Values::Text(values) = &mut self.values {
            values.push(text);
        }
    }

    fn level(&mut self, is_there: bool, is_further: bool) {
        self.defined.push(i16::from(is_there));
        self.repeated.push(i16::from(is_further));
    }

    fn list<T>(&mut self, items: impl Iterator<Item = T>, mut push: impl FnMut(&mut Column, T)) {
        let mut count = 0;
        for item in items {
            self.level(true, count > 0);
            push(self, item);
            count += 1;
        }
        if count == 0 {
            self.level(false, false);
        }
    }

    /// Whether it is as long as a column should be.
    pub fn is_long(&self) -> bool {
        self.defined.len() >= VALUES
    }

    /// Which values are there, and which are further ones of a row, where that is a question.
    pub fn levels(&self) -> (Option<&[i16]>, Option<&[i16]>) {
        self.levels.then_some((&self.defined[..], &self.repeated[..])).unzip()
    }

    /// Makes room for another row group.
    pub fn clear(&mut self) {
        match &mut self.values {
            Values::Int64(values) => values.clear(),
            Values::Int32(values) => values.clear(),
            Values::Bool(values) => values.clear(),
            Values::Text(values) => values.clear(),
        }
        self.defined.clear();
        self.repeated.clear();
    }
}

impl Texts {
    /// Adds one of the whole table, before the first row.
    pub fn add(&mut self, text: &str) -> TextId {
        self.all.push(text.as_bytes().to_vec().into());
        self.of_table = self.all.len();
        TextId(self.of_table as u32 - 1)
    }

    /// Whether those of the row group are as long as they should become.
    pub fn are_long(&self) -> bool {
        self.bytes >= TEXT_BYTES
    }

    fn id(&mut self, text: &str) -> TextId {
        if let Some(&known) = self.known.get(text) {
            return known;
        }
        let id = TextId(self.all.len() as u32);
        self.all.push(text.as_bytes().to_vec().into());
        self.known.insert(text.into(), id);
        self.bytes += 2 * text.len();
        id
    }

    /// The text itself.
    pub fn get(&self, id: TextId) -> ByteArray {
        self.all[id.0 as usize].clone()
    }

    /// Forgets those of the row group.
    pub fn clear(&mut self) {
        self.all.truncate(self.of_table);
        self.known.clear();
        self.bytes = 0;
    }
}
