//! The life of instances, and what they leave behind.

use std::thread;

use surmise_plugin_abi as abi;

use super::Check;
use super::system::{self, Room, Surroundings};
use crate::data::Data;
use crate::doing;
use crate::outcome::{Status, Verdict, fail};
use crate::process::Ended;
use crate::raw::{Answer, Instance, Placement, Source, View};
use crate::subject::{PLAIN, Subject, fit, orderly, same};

pub(super) const CHECKS: &[Check] = &[
    Check::model("lifecycle.nothing", "destroying null does nothing", nothing),
    Check::model("lifecycle.unfitted", "an instance is destroyed without a fit", unfitted),
    Check::model("lifecycle.moves", "an instance moves from thread to thread", moves),
    Check::model("lifecycle.memory", "instances give their memory back", memory),
    Check::model("lifecycle.process", "it leaves alone what is the process's", process),
    Check::model("lifecycle.quiet", "a whole life prints nothing and leaves no file", quiet)
        .quiet(),
    Check::model("lifecycle.limit", "where memory is short it says so or aborts", limit)
        .forgiving(&[(Ended::ABORTED, Status::Pass)]),
    Check::model("lifecycle.valgrind", "valgrind finds nothing wrong with a whole life", quiet)
        .watched(),
];

const N_MADE: usize = 10_000;
const N_FITTED: usize = 100;
/// What allocators keep for later, and no leak of a model's size stays below.
const LEAK_MAX: u64 = 1 << 20;

fn nothing(subject: &Subject) -> Verdict {
    subject.model.destroy_nothing();
    Ok(())
}

fn unfitted(subject: &Subject) -> Verdict {
    let (first, second) = (subject.create()?, subject.create()?);
    drop(first);
    let third = subject.create()?;
    drop((second, third));
    Ok(())
}

fn moves(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for data in subject.easy() {
        let expected = subject.predicted(&mut subject.fitted(&data)?, &data)?;
        let elsewhere = |work: &mut (dyn FnMut() -> Verdict + Send)| {
            let joined = thread::scope(|scope| scope.spawn(work).join());
            joined.unwrap_or_else(|_| fail("the check itself panicked"))
        };
        let mut instance: Option<Instance> = None;
        elsewhere(&mut || {
            instance = Some(subject.create()?);
            Ok(())
        })?;
        let Some(mut instance) = instance else {
            return fail("no instance was made");
        };
        elsewhere(&mut || fit(&mut instance, &data).map(drop))?;
        let mut found = Vec::new();
        elsewhere(&mut || {
            found = subject.predicted(&mut instance, &data)?;
            Ok(())
        })?;
        if subject.repeats().is_ok() {
            same("on other threads", &found, &expected)?;
        }
    }
    Ok(())
}

fn memory(subject: &Subject) -> Verdict {
    leaks("made and destroyed", N_MADE, &mut || subject.create().map(drop))?;
    if !subject.info.fits_itself {
        return Ok(());
    }
    for data in subject.easy() {
        leaks("fitted and destroyed", N_FITTED, &mut || live(subject, &data))?;
    }
    Ok(())
}

/// Whether the process grows with each of `n` lives, after as many to warm up.
fn leaks(what: &str, n: usize, life: &mut dyn FnMut() -> Verdict) -> Verdict {
    let mut after = Vec::new();
    for _ in 0..3 {
        for _ in 0..n {
            life()?;
        }
        after.push(system::memory("VmRSS")?);
    }
    // Of two rounds the smaller growth: what grows once is a cache.
    let growth = |pair: &[u64]| pair[1].saturating_sub(pair[0]);
    match after.windows(2).map(growth).min().unwrap_or(0) {
        0..=LEAK_MAX => Ok(()),
        bytes => fail(format!("{n} instances {what} leave {} KiB behind", bytes / 1024)),
    }
}

fn live(subject: &Subject, data: &Data) -> Verdict {
    let mut instance = subject.fitted(data)?;
    subject.predicted(&mut instance, data)?;
    if subject.info.save {
        let bytes = subject.state(&mut instance)?;
        subject.predicted(&mut subject.model.load(Source::new(&bytes))?, data)?;
    }
    Ok(())
}

const N_LIMITED: usize = 20_000;
/// How much memory there is, in bytes and in words.
const ROOMS: [(u64, &str); 2] = [(256 << 20, "256 MiB of memory"), (0, "no more memory")];

/// Memory that was refused is used, or waited for, by a model that does not look.
fn limit(subject: &Subject) -> Verdict {
    subject.fits_itself()?;
    for task in &subject.info.tasks {
        let data = Data::easy(*task, N_LIMITED, 3, &subject.seed);
        let (train, few) = (View::train(&data, Placement::Packed)?, data.at(&[0, 1]));
        for (bytes, told) in ROOMS {
            let mut instance = subject.create()?;
            doing::with(told);
            let room = Room::of(bytes)?;
            let answer = Answer { verdict: abi::STOP, after: 10 };
            let (fitted, _) = instance.fit(PLAIN, &train, answer);
            drop(room);
            match fitted {
                Ok(_) => drop(subject.outcome(&mut instance, &few)?),
                Err(refusal) => orderly(refusal)?,
            }
        }
    }
    Ok(())
}

fn process(subject: &Subject) -> Verdict {
    let before = Surroundings::now()?;
    quiet(subject)?;
    before.unchanged()
}

/// What is printed and left, the suite finds out afterwards.
fn quiet(subject: &Subject) -> Verdict {
    drop(subject.create()?);
    if subject.info.fits_itself {
        for data in subject.easy() {
            live(subject, &data)?;
        }
    }
    Ok(())
}
