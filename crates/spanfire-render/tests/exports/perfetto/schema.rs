//! The messages, as far as they are used (perfetto/trace/trace_packet.proto and what it imports).

#[derive(Clone, PartialEq, prost::Message)]
pub struct Trace {
    #[prost(message, repeated, tag = "1")]
    pub packet: Vec<Packet>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Packet {
    #[prost(message, optional, tag = "6")]
    pub clock_snapshot: Option<ClockSnapshot>,
    #[prost(uint64, optional, tag = "8")]
    pub timestamp: Option<u64>,
    #[prost(uint32, tag = "10")]
    pub sequence: u32,
    #[prost(message, optional, tag = "11")]
    pub event: Option<Event>,
    #[prost(message, optional, tag = "12")]
    pub interned: Option<Interned>,
    #[prost(uint32, tag = "13")]
    pub sequence_flags: u32,
    #[prost(message, optional, tag = "59")]
    pub defaults: Option<Defaults>,
    #[prost(message, optional, tag = "60")]
    pub track: Option<Track>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Defaults {
    #[prost(uint32, tag = "58")]
    pub timestamp_clock_id: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct ClockSnapshot {
    #[prost(message, repeated, tag = "1")]
    pub clocks: Vec<Clock>,
    #[prost(uint32, tag = "2")]
    pub primary: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Clock {
    #[prost(uint32, tag = "1")]
    pub id: u32,
    #[prost(uint64, tag = "2")]
    pub timestamp: u64,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Track {
    #[prost(uint64, tag = "1")]
    pub uuid: u64,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(message, optional, tag = "3")]
    pub process: Option<Process>,
    #[prost(message, optional, tag = "4")]
    pub thread: Option<Thread>,
    #[prost(uint64, tag = "5")]
    pub parent: u64,
    #[prost(message, optional, tag = "8")]
    pub counter: Option<Counter>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Process {
    #[prost(int32, tag = "1")]
    pub pid: i32,
    #[prost(string, tag = "6")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Thread {
    #[prost(int32, tag = "1")]
    pub pid: i32,
    #[prost(int64, tag = "2")]
    pub tid: i64,
    #[prost(string, tag = "5")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Counter {
    #[prost(int32, tag = "3")]
    pub unit: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Event {
    #[prost(uint64, repeated, tag = "3")]
    pub category_iids: Vec<u64>,
    #[prost(message, repeated, tag = "4")]
    pub annotations: Vec<Annotation>,
    #[prost(int32, tag = "9")]
    pub kind: i32,
    #[prost(uint64, optional, tag = "10")]
    pub name_iid: Option<u64>,
    #[prost(uint64, tag = "11")]
    pub track: u64,
    #[prost(string, optional, tag = "23")]
    pub name: Option<String>,
    #[prost(int64, tag = "30")]
    pub counter_value: i64,
    #[prost(uint64, tag = "34")]
    pub location_iid: u64,
    #[prost(fixed64, repeated, tag = "47")]
    pub flows: Vec<u64>,
    #[prost(fixed64, repeated, tag = "48")]
    pub flows_end: Vec<u64>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Annotation {
    #[prost(uint64, tag = "1")]
    pub name_iid: u64,
    #[prost(bool, optional, tag = "2")]
    pub bool: Option<bool>,
    #[prost(uint64, optional, tag = "3")]
    pub uint: Option<u64>,
    #[prost(int64, optional, tag = "4")]
    pub int: Option<i64>,
    #[prost(double, optional, tag = "5")]
    pub double: Option<f64>,
    #[prost(string, optional, tag = "6")]
    pub string: Option<String>,
    #[prost(message, repeated, tag = "11")]
    pub entries: Vec<Annotation>,
    #[prost(message, repeated, tag = "12")]
    pub array: Vec<Annotation>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Interned {
    #[prost(message, repeated, tag = "1")]
    pub categories: Vec<Name>,
    #[prost(message, repeated, tag = "2")]
    pub names: Vec<Name>,
    #[prost(message, repeated, tag = "3")]
    pub annotation_names: Vec<Name>,
    #[prost(message, repeated, tag = "4")]
    pub locations: Vec<Location>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Name {
    #[prost(uint64, tag = "1")]
    pub iid: u64,
    #[prost(string, tag = "2")]
    pub name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub struct Location {
    #[prost(uint64, tag = "1")]
    pub iid: u64,
    #[prost(string, tag = "2")]
    pub file: String,
    #[prost(string, tag = "3")]
    pub function: String,
    #[prost(uint32, tag = "4")]
    pub line: u32,
}
