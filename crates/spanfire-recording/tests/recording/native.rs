//! Native samples: what is written is read, whatever it is, and takes few bytes.

use crate::{
    frames::blocks_of,
    sample::{self, sampled},
};
use proptest::{collection::vec, prelude::*};
use spanfire_recording::{
    Batch, Error, ErrorKind, Form, Image, Recording, Sample, SampleClock, Sampling, SamplingMethod,
    Switch, Writer,
};

const SAMPLES: u8 = 9;

fn clock() -> impl Strategy<Value = SampleClock> {
    prop_oneof![Just(SampleClock::Tick), Just(SampleClock::MonotonicRaw)]
}

/// Few threads, so that stacks have one before; and any.
fn thread() -> impl Strategy<Value = u64> {
    prop_oneof![5 => 100u64..103, 1 => any::<u64>()]
}

/// Few addresses, so that frames are shared; and any.
fn frames() -> impl Strategy<Value = Vec<u64>> {
    vec(prop_oneof![4 => 0x5000u64..0x5004, 1 => any::<u64>()], 0..12)
}

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![4 => 1u64 << 40..(1 << 40) + 1_000_000, 1 => any::<u64>()]
}

prop_compose! {
    fn any_sample()(
        thread in thread(), cpu in any::<Option<u32>>(), time in time(), frames in frames(),
    ) -> Sample {
        Sample { thread, cpu, time, frames }
    }
}

prop_compose! {
    fn any_switch()(
        thread in thread(), time in time(), runs in any::<bool>(), preempted in any::<bool>(),
    ) -> Switch {
        Switch { thread, time, runs, preempted }
    }
}

prop_compose! {
    fn any_batch()(
        clock in clock(), samples in vec(any_sample(), 0..40), switches in vec(any_switch(), 0..40),
    ) -> Batch {
        Batch { clock, samples, switches }
    }
}

proptest! {
    #[test]
    fn samples_and_switches_that_are_written_are_read(batches in vec(any_batch(), 0..4)) {
        let read = read_back(&batches).unwrap();
        let written: Vec<Batch> = batches.into_iter().filter(|batch| !batch.is_empty()).collect();
        prop_assert_eq!(read, written);
    }
}

fn write(batches: &[Batch]) -> Recording {
    let mut writer = Writer::new(Vec::new(), &sample::header(Form::Layer)).unwrap();
    for batch in batches {
        writer.batch(batch).unwrap();
    }
    Recording::from_bytes(writer.finish().unwrap()).unwrap()
}

fn read_back(batches: &[Batch]) -> Result<Vec<Batch>, Error> {
    let recording = write(batches);
    (0..recording.batches()).map(|index| recording.batch(index)).collect()
}

/// What a thread at 1 kHz gives that loops over three functions under a stack of `depth`.
fn looping(count: u64, depth: u64) -> Batch {
    let outer: Vec<u64> = (0..depth).map(|height| 0x5555_5555_4000 + height * 0x321).collect();
    let samples = (0..count).map(|number| {
        let leaf = 0x5555_5560_0000 + number % 3 * 0x1000 + number * 7919 % 61;
        // The kernel's timer is off by some microseconds.
        let time = (1 << 50) + number * 1_001_001 + number * 7919 % 4001;
        let frames = [&[leaf], &outer[..]].concat();
        Sample { thread: 4711, cpu: Some(number as u32 / 100 % 2), time, frames }
    });
    let samples = samples.collect();
    Batch { clock: SampleClock::MonotonicRaw, samples, switches: Vec::new() }
}

#[test]
fn what_does_not_fit_one_block_takes_several() {
    for (count, depth) in [(70_000, 0), (200, 1_000), (3, 5_000)] {
        let batch = looping(count, depth);
        let read = read_back(std::slice::from_ref(&batch)).unwrap();
        assert_eq!(read.len() > 1, depth < 5_000);
        let samples: Vec<Sample> = read.into_iter().flat_map(|batch| batch.samples).collect();
        assert_eq!(samples.len() as u64, count);
        for (read, written) in samples.iter().zip(&batch.samples) {
            let kept = written.frames.len().min(1_024);
            assert_eq!((read.time, &read.frames[..]), (written.time, &written.frames[..kept]));
        }
    }
}

#[test]
fn a_sample_of_a_deep_stack_takes_few_bytes() {
    let size = |count| write(&[looping(count, 40)]).size_bytes();
    let each = (size(2_000) - size(1_000)) / 1_000;
    assert!(each <= 10, "{each} bytes");
}

#[test]
fn images_gather_and_the_last_word_on_sampling_holds() {
    let recording = Recording::from_bytes(sampled()).unwrap();
    let paths: Vec<&str> = recording.images().iter().map(|image| image.path.as_str()).collect();
    assert_eq!(paths, ["/bin/app", "[vdso]", "/lib/late.so"]);
    let image = Image {
        path: "/bin/app".into(),
        build_id: vec![0xde, 0xad, 0, 1],
        start: 0x5555_5555_4000,
        end: 0x5555_5566_0000,
        file_offset: 0x1000,
    };
    assert_eq!(recording.images()[0], image);
    let sampling = recording.sampling().expect("it was sampled");
    assert_eq!((sampling.method, sampling.ended), (SamplingMethod::PerfEvents, true));
    assert_eq!((sampling.samples, sampling.lost_samples), (990, 10));
    assert_eq!(sampling.true_hz(), Some(1_000.0));
    assert_eq!(Sampling::asked(99).true_hz(), None);
    let raw = recording.raw_timebase().expect("anchors have raw readings");
    assert_eq!(raw.ns(70_000_000_500), Some(500));
}

#[test]
fn a_damaged_batch_is_an_error_where_it_stands_and_hides_no_other() {
    let bytes = sampled();
    let batches: Vec<_> =
        blocks_of(&bytes).into_iter().filter(|(kind, _)| *kind == SAMPLES).collect();
    assert_eq!(batches.len(), 2);
    for place in batches[0].1.clone() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 1;
        let recording = Recording::from_bytes(damaged).unwrap();
        let error = recording.batch(0).expect_err("a byte is wrong");
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert_eq!(error.place(), Some(batches[0].1.start as u64 - 16));
        assert!(!recording.batch(1).unwrap().is_empty());
    }
}
