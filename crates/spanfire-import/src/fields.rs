//! The fields of spans and instants, held until they are written.

use crate::callsites::Callsites;
use rustc_hash::FxHashMap;
use spanfire_recording::{CallsiteId, Field, Value};

/// A callsite has no more: values beyond are left out, and counted.
const MOST_NAMES: usize = 200;

/// The fields of a span or an instant, by number; none has number 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldsId(u32);

/// Every span's and instant's fields.
#[derive(Default)]
pub(crate) struct Fields {
    names: Vec<Box<str>>,
    known: FxHashMap<Box<str>, u32>,
    values: Vec<(u32, Value)>,
    /// Where each one's values end, and those of the next begin.
    ends: Vec<usize>,
    /// Values of callsites that have too many names.
    pub left_out: u64,
}

impl Fields {
    /// Keeps the fields of one at this callsite, of which those in `before` come first.
    pub fn add(
        &mut self,
        callsite: CallsiteId,
        before: FieldsId,
        fields: impl IntoIterator<Item = (Box<str>, Value)>,
        callsites: &mut Callsites,
    ) -> FieldsId {
        let mut fields = fields.into_iter().peekable();
        if fields.peek().is_none() {
            return before;
        }
        let start = self.values.len();
        if let Some(range) = self.range(before) {
            self.values.extend_from_within(range);
        }
        for (name, value) in fields {
            if !callsites.declare(callsite, &name, MOST_NAMES) {
                self.left_out += 1;
                continue;
            }
            let next = self.names.len() as u32;
            let number = *self.known.entry(name).or_insert_with_key(|name| {
                self.names.push(name.clone());
                next
            });
            // A name has one value, the last.
            match self.values[start..].iter_mut().find(|(known, _)| *known == number) {
                Some((_, known)) => *known = value,
                None => self.values.push((number, value)),
            }
        }
        if self.values.len() == start {
            return FieldsId::default();
        }
        self.ends.push(self.values.len());
        FieldsId(self.ends.len() as u32)
    }

    /// The fields of one, and then more of the same; of a name that comes again the later value counts.
    pub fn join(
        &mut self,
        callsite: CallsiteId,
        [one, other]: [FieldsId; 2],
        callsites: &mut Callsites,
    ) -> FieldsId {
        match (one.0, other.0) {
            (0, _) => other,
            (_, 0) => one,
            _ => {
                let later = self.get(other).into_iter();
                let later = later.map(|field| (field.name.into_boxed_str(), field.value));
                self.add(callsite, one, later.collect::<Vec<_>>(), callsites)
            }
        }
    }

    /// The fields with this number.
    pub fn get(&self, id: FieldsId) -> Vec<Field> {
        let values = self.range(id).map(|range| &self.values[range]).unwrap_or_default();
        let field = |(name, value): &(u32, Value)| Field {
            name: self.names[*name as usize].to_string(),
            value: value.clone(),
        };
        values.iter().map(field).collect()
    }

    fn range(&self, id: FieldsId) -> Option<std::ops::Range<usize>> {
        let at = (id.0 as usize).checked_sub(1)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(start..self.ends[at])
    }
}
