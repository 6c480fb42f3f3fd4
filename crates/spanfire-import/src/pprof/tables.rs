//! What the samples of a profile refer to: strings, functions, locations, mappings.

use super::wire::{Fields, Value};
use crate::callsites::{Callsites, Frame};
use crate::error::Error;
use rustc_hash::FxHashMap;
use spanfire_recording::CallsiteId;
use std::borrow::Cow;

/// More of a string than this is looked at by nobody.
const LONGEST: usize = 8 << 10;

/// Everything of a profile but its samples.
#[derive(Default)]
pub(super) struct Tables<'a> {
    strings: Vec<&'a [u8]>,
    functions: FxHashMap<u64, Function>,
    locations: FxHashMap<u64, Location>,
    /// The file of each mapping, by its id, and of the first one.
    mappings: FxHashMap<u64, u64>,
    executable: u64,
    /// The kinds of value: what, in which unit.
    pub kinds: Vec<Kind>,
    pub period_kind: Kind,
    pub period: u64,
    pub start_unix_ns: u64,
    pub comments: Vec<u64>,
    pub default_kind: u64,
}

/// A name and a unit, as strings' numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kind {
    pub name: u64,
    pub unit: u64,
}

#[derive(Clone, Copy, Default)]
struct Function {
    name: u64,
    system_name: u64,
    file: u64,
    line: u64,
}

#[derive(Default)]
struct Location {
    mapping: u64,
    address: u64,
    /// The innermost first: what is inlined comes before what it is inlined into.
    functions: Vec<u64>,
}

impl<'a> Tables<'a> {
    /// Reads everything but samples.
    pub fn read(bytes: &'a [u8]) -> Result<Tables<'a>, Error> {
        let mut tables = Tables::default();
        let mut fields = Fields::of(bytes);
        while let Some((number, value)) = fields.next()? {
            tables.field(number, value, &fields)?;
        }
        // Every profile has the empty string as its first.
        match tables.strings.first() {
            Some([]) => Ok(tables),
            _ => Err(fields.damaged("the table of strings does not begin with an empty one")),
        }
    }

    fn field(&mut self, number: u64, value: Value<'a>, of: &Fields<'a>) -> Result<(), Error> {
        match number {
            1 => self.kinds.push(kind(of.inside(value.bytes()))?),
            3 => {
                let [id, file] = numbers(of.inside(value.bytes()), [1, 5])?;
                if self.mappings.is_empty() {
                    self.executable = file;
                }
                self.mappings.insert(id, file);
            }
            4 => self.location(of.inside(value.bytes()))?,
            5 => {
                let message = of.inside(value.bytes());
                let [id, name, system_name, file, line] = numbers(message, [1, 2, 3, 4, 5])?;
                self.functions.insert(id, Function { name, system_name, file, line });
            }
            6 => self.strings.push(value.bytes()),
            9 => self.start_unix_ns = value.number(),
            11 => self.period_kind = kind(of.inside(value.bytes()))?,
            12 => self.period = value.number(),
            13 => value.numbers(of, &mut self.comments)?,
            14 => self.default_kind = value.number(),
            _ => {}
        }
        Ok(())
    }

    fn location(&mut self, mut message: Fields<'a>) -> Result<(), Error> {
        let (mut id, mut location) = (0, Location::default());
        while let Some((number, value)) = message.next()? {
            match number {
                1 => id = value.number(),
                2 => location.mapping = value.number(),
                3 => location.address = value.number(),
                4 => {
                    let [function] = numbers(message.inside(value.bytes()), [1])?;
                    location.functions.push(function);
                }
                _ => {}
            }
        }
        self.locations.insert(id, location);
        Ok(())
    }

    /// A string, as much of it as names have room for; one that is not there is empty.
    pub fn string(&self, number: u64) -> Cow<'a, str> {
        let bytes = usize::try_from(number).ok().and_then(|number| self.strings.get(number));
        let bytes = bytes.copied().unwrap_or_default();
        String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST)])
    }

    /// The program.
    pub fn executable(&self) -> String {
        self.string(self.executable).into_owned()
    }

    /// The frames of a location, the innermost first.
    pub fn frames(&self, id: u64, callsites: &mut Callsites) -> Result<Vec<CallsiteId>, Error> {
        let unknown = Location { address: id, ..Location::default() };
        let location = self.locations.get(&id).unwrap_or(&unknown);
        let object = self.string(self.mappings.get(&location.mapping).copied().unwrap_or(0));
        let object = object.rsplit('/').next().unwrap_or_default();
        if location.functions.is_empty() {
            let name = format!("{:#x}", location.address);
            let frame = Frame { name: &name, target: object, ..Frame::default() };
            return Ok(vec![callsites.number(&frame)?]);
        }
        let frames = location.functions.iter();
        frames.map(|id| self.frame(self.functions.get(id).copied(), object, callsites)).collect()
    }

    fn frame(
        &self,
        function: Option<Function>,
        object: &str,
        callsites: &mut Callsites,
    ) -> Result<CallsiteId, Error> {
        let function = function.unwrap_or_default();
        let (name, file) = (self.string(function.name), self.string(function.file));
        let system_name = self.string(function.system_name);
        // What our own export calls `target::name`.
        let target = system_name.strip_suffix(&*name).and_then(|start| start.strip_suffix("::"));
        callsites.number(&Frame {
            instant: false,
            name: &name,
            target: target.unwrap_or(object),
            file: &file,
            line: u32::try_from(function.line).unwrap_or(0),
        })
    }
}

fn kind(message: Fields<'_>) -> Result<Kind, Error> {
    let [name, unit] = numbers(message, [1, 2])?;
    Ok(Kind { name, unit })
}

/// The values of numeric fields; 0 for one that is not there.
fn numbers<const N: usize>(mut message: Fields<'_>, wanted: [u64; N]) -> Result<[u64; N], Error> {
    let mut numbers = [0; N];
    while let Some((number, value)) = message.next()? {
        for (found, _) in numbers.iter_mut().zip(wanted).filter(|(_, wanted)| *wanted == number) {
            *found = value.number();
        }
    }
    Ok(numbers)
}
